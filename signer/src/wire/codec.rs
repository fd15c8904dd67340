//! gRPC messages from and to octets: prost's encoding, and one documented refusal for octets that are no message.
//!
//! tonic's own codec answers those with INTERNAL (gRPC's status table says so of a *client's* parse error). Here they are
//! the caller's fault like any other malformed field: INVALID_ARGUMENT, `MESSAGE_MALFORMED`. Text that is not UTF-8 is
//! one of them.

use std::marker::PhantomData;

use prost::Message;
use tonic::Status;
use tonic::codec::{Codec, DecodeBuf, Decoder};
use tonic_prost::ProstEncoder;

use super::status::status;
use crate::error::SignError;

/// The codec of every method: `T` is what we send, `U` what we read.
#[derive(Debug)]
pub(crate) struct MessageCodec<T, U>(PhantomData<fn(U) -> T>);

impl<T, U> Default for MessageCodec<T, U> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T, U> Codec for MessageCodec<T, U>
where
    T: Message + Send + 'static,
    U: Message + Default + Send + 'static,
{
    type Encode = T;
    type Decode = U;
    type Encoder = ProstEncoder<T>;
    type Decoder = MessageDecoder<U>;

    fn encoder(&mut self) -> ProstEncoder<T> {
        ProstEncoder::default()
    }

    fn decoder(&mut self) -> MessageDecoder<U> {
        MessageDecoder(PhantomData)
    }
}

/// Reads one message.
#[derive(Debug)]
pub(crate) struct MessageDecoder<U>(PhantomData<fn() -> U>);

impl<U: Message + Default> Decoder for MessageDecoder<U> {
    type Item = U;
    type Error = Status;

    fn decode(&mut self, octets: &mut DecodeBuf<'_>) -> Result<Option<U>, Status> {
        U::decode(octets).map(Some).map_err(|error| {
            // Where prost stopped is of use to whoever writes a client; it holds no value of the message.
            tracing::debug!(%error, "a request is no message of the contract");
            status(&SignError::MessageMalformed)
        })
    }
}

#[cfg(test)]
mod tests;

//! The claimed signing time, `/M` of the signature dictionary (ISO 32000-2, 7.9.4 and table 255).
//!
//! It is a claim: whoever prepares the document chooses it. Time comes in as an argument, for this
//! crate has no clock. Invariant: a [`PdfTime`] always has a four-digit year.

use std::fmt;

use crate::write_error::PrepareError;

/// A moment and the offset from UTC in which it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PdfTime {
    unix_seconds: u64,
    utc_offset_minutes: i16,
}

/// 9999-12-31T00:00:00Z: a day of margin, so that no offset reaches a five-digit year.
const LAST_SECOND: u64 = 253_402_214_400;
/// The widest civil offset is UTC+14.
const LAST_OFFSET_MINUTES: i16 = 14 * 60;
const SECONDS_A_DAY: i64 = 86_400;

impl PdfTime {
    /// A moment in seconds since 1970-01-01T00:00:00Z, shown `utc_offset_minutes` east of UTC
    /// (420 for Waktu Indonesia Barat).
    ///
    /// # Errors
    /// [`PrepareError::TimeOutOfRange`] from the year 9999 on and for offsets over 14 hours.
    pub fn new(unix_seconds: u64, utc_offset_minutes: i16) -> Result<Self, PrepareError> {
        if unix_seconds > LAST_SECOND || utc_offset_minutes.unsigned_abs() > LAST_OFFSET_MINUTES.unsigned_abs() {
            return Err(PrepareError::TimeOutOfRange { unix_seconds, utc_offset_minutes });
        }
        Ok(Self { unix_seconds, utc_offset_minutes })
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn unix_seconds(&self) -> u64 {
        self.unix_seconds
    }

    /// Minutes east of UTC.
    #[must_use]
    pub const fn utc_offset_minutes(&self) -> i16 {
        self.utc_offset_minutes
    }
}

/// `D:YYYYMMDDHHmmSS+HH'mm'`, the form of ISO 32000-1 that readers of both editions understand.
impl fmt::Display for PdfTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = i64::try_from(self.unix_seconds).map_err(|_| fmt::Error)?;
        let local = seconds.saturating_add(i64::from(self.utc_offset_minutes).saturating_mul(60));
        let (year, month, day) = civil_from_days(local.div_euclid(SECONDS_A_DAY));
        let second = local.rem_euclid(SECONDS_A_DAY);
        let sign = if self.utc_offset_minutes < 0 { '-' } else { '+' };
        let offset = self.utc_offset_minutes.unsigned_abs();
        write!(
            f,
            "D:{year:04}{month:02}{day:02}{:02}{:02}{:02}{sign}{:02}'{:02}'",
            second / 3600,
            second / 60 % 60,
            second % 60,
            offset / 60,
            offset % 60,
        )
    }
}

/// Year, month and day of a day counted from 1970-01-01, in the proleptic Gregorian calendar.
///
/// Years are counted from March, so that the leap day is the last day of a year, in eras of 400
/// years = 146,097 days. The bounds of [`PdfTime`] keep every term far from overflow.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    const DAYS_AN_ERA: i64 = 146_097;
    const DAYS_TO_1970_FROM_0000_03_01: i64 = 719_468;
    let days = days.saturating_add(DAYS_TO_1970_FROM_0000_03_01);
    let era = days.div_euclid(DAYS_AN_ERA);
    let day_of_era = days.rem_euclid(DAYS_AN_ERA);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + 400 * era + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(unix_seconds: u64, utc_offset_minutes: i16) -> String {
        PdfTime::new(unix_seconds, utc_offset_minutes).expect("in range").to_string()
    }

    #[test]
    fn the_offset_moves_the_civil_time_and_is_shown() {
        assert_eq!(shown(0, 0), "D:19700101000000+00'00'");
        assert_eq!(shown(1_767_200_400, 420), "D:20260101000000+07'00'");
        assert_eq!(shown(1_767_200_399, 420), "D:20251231235959+07'00'");
        assert_eq!(shown(0, -210), "D:19691231203000-03'30'");
    }

    #[test]
    fn leap_days_are_counted() {
        assert_eq!(shown(951_782_400, 0), "D:20000229000000+00'00'");
        assert_eq!(shown(951_868_800, 0), "D:20000301000000+00'00'");
        assert_eq!(shown(1_709_164_800, 0), "D:20240229000000+00'00'");
        assert_eq!(shown(4_107_542_400, 0), "D:21000301000000+00'00'");
        assert_eq!(shown(LAST_SECOND, 840), "D:99991231140000+14'00'");
    }

    #[test]
    fn a_five_digit_year_and_an_impossible_offset_are_refused() {
        for (unix_seconds, utc_offset_minutes) in [(LAST_SECOND + 1, 0), (u64::MAX, 0), (0, 841), (0, i16::MIN)] {
            assert_eq!(
                PdfTime::new(unix_seconds, utc_offset_minutes),
                Err(PrepareError::TimeOutOfRange { unix_seconds, utc_offset_minutes })
            );
        }
    }
}

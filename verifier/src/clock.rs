//! Moments, as seconds since 1970-01-01T00:00:00Z.
//!
//! Job: read the three ways in which a moment is written here (UTCTime, GeneralizedTime, PDF date) and write the
//! one way in which it is reported (RFC 3339 in UTC). Calendar arithmetic is the proleptic Gregorian one.
//! Invariant: a text that is not a real moment (month 13, 30 February, hour 24) gives nothing.

use std::fmt;

/// Seconds since 1970-01-01T00:00:00Z, before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(i64);

/// The moment at which everything is judged: `--at`, or now. Never the time that a signer claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ValidationTime(UnixTime);

impl ValidationTime {
    /// Judges everything at this moment.
    pub fn new(time: UnixTime) -> Self {
        Self(time)
    }

    /// The moment.
    pub fn unix_time(self) -> UnixTime {
        self.0
    }
}

impl UnixTime {
    /// From seconds since 1970.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970.
    pub fn seconds(self) -> i64 {
        self.0
    }

    /// Seconds from the earlier to the later of the two.
    pub fn distance(self, other: Self) -> u64 {
        self.0.abs_diff(other.0)
    }

    /// `YYMMDDHHMMSSZ`; RFC 5280, 4.1.2.5.1: years 50 to 99 are 19YY.
    pub(crate) fn from_utc_time(text: &[u8]) -> Option<Self> {
        let [y1, y2, rest @ ..] = text else { return None };
        let short = two_digits(*y1, *y2)?;
        let year = if short >= 50 { 1900 + short } else { 2000 + short };
        Self::from_month_on(year, rest)
    }

    /// `YYYYMMDDHHMMSSZ`; RFC 5280, 4.1.2.5.2: no fraction.
    pub(crate) fn from_generalized_time(text: &[u8]) -> Option<Self> {
        let [y1, y2, y3, y4, rest @ ..] = text else { return None };
        Self::from_month_on(two_digits(*y1, *y2)? * 100 + two_digits(*y3, *y4)?, rest)
    }

    /// GeneralizedTime as time-stamps have it (RFC 3161, 2.4.2): a fraction may stand before `Z`. Gives the whole second and
    /// the fraction in microseconds, rounded up.
    pub(crate) fn from_fractional_time(text: &[u8]) -> Option<(Self, u32)> {
        let (whole, rest) = text.split_at_checked(14)?;
        let micros = match rest.strip_suffix(b"Z")? {
            [] => 0,
            [b'.', digits @ ..] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => {
                let six = digits.iter().copied().chain(std::iter::repeat(b'0')).take(6);
                let micros = six.fold(0_u32, |sum, digit| sum * 10 + u32::from(digit - b'0'));
                micros + u32::from(digits.iter().skip(6).any(|digit| *digit != b'0'))
            }
            _ => return None,
        };
        Some((Self::from_generalized_time(&[whole, b"Z"].concat())?, micros))
    }

    /// As a clock in Jakarta shows it and Indonesian documents print it: `24-11-2026 07.00 WIB`. Seconds are left out.
    pub(crate) fn in_jakarta(self) -> String {
        let Civil { year, month, day, hour, minute, .. } = Self(self.0.saturating_add(JAKARTA_OFFSET)).civil();
        format!("{day:02}-{month:02}-{year:04} {hour:02}.{minute:02} WIB")
    }

    /// So many seconds later.
    pub(crate) fn plus(self, seconds: u64) -> Self {
        Self(self.0.saturating_add_unsigned(seconds))
    }

    fn from_month_on(year: i64, text: &[u8]) -> Option<Self> {
        let [m1, m2, d1, d2, h1, h2, n1, n2, s1, s2, b'Z'] = text else { return None };
        Self::from_civil(Civil {
            year,
            month: two_digits(*m1, *m2)?,
            day: two_digits(*d1, *d2)?,
            hour: two_digits(*h1, *h2)?,
            minute: two_digits(*n1, *n2)?,
            second: two_digits(*s1, *s2)?,
        })
    }

    /// RFC 3339 (`2026-11-24T07:00:00+07:00`), or a date alone, which means its first moment in UTC.
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        let (date, rest) = text.as_bytes().split_at_checked(10)?;
        let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = date else { return None };
        let (clock, zone) = if rest.is_empty() { (&b"T00:00:00"[..], &b"Z"[..]) } else { rest.split_at_checked(9)? };
        let &[b'T' | b't' | b' ', h1, h2, b':', n1, n2, b':', s1, s2] = clock else { return None };
        let offset = match *zone {
            [b'Z' | b'z'] => 0,
            [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
                let minutes = two_digits(h1, h2).filter(|hours| *hours < 24)? * 60 + two_digits(m1, m2)?;
                if sign == b'+' { minutes } else { -minutes }
            }
            _ => return None,
        };
        let local = Self::from_civil(Civil {
            year: two_digits(y1, y2)? * 100 + two_digits(y3, y4)?,
            month: two_digits(m1, m2)?,
            day: two_digits(d1, d2)?,
            hour: two_digits(h1, h2)?,
            minute: two_digits(n1, n2)?,
            second: two_digits(s1, s2)?,
        })?;
        Some(Self(local.0 - offset * 60))
    }

    /// A PDF date (ISO 32000-2, 7.9.4): `D:YYYY[MM[DD[HH[mm[SS[O[HH['[mm[']]]]]]]]]`, of which the zone may be missing
    /// (then UTC is assumed). Nothing is decided by this moment: a signer writes what he likes.
    pub(crate) fn from_pdf_date(text: &str) -> Option<Self> {
        let text = text.strip_prefix("D:").unwrap_or(text).as_bytes();
        let zone_at = text.iter().position(|octet| matches!(octet, b'Z' | b'+' | b'-')).unwrap_or(text.len());
        let (digits, zone) = text.split_at_checked(zone_at)?;
        if !digits.iter().all(u8::is_ascii_digit) || digits.len() < 4 || digits.len() > 14 || digits.len() % 2 != 0 {
            return None;
        }
        let pair = |index: usize, default: i64| match digits.get(index..index + 2) {
            Some([first, second]) => two_digits(*first, *second),
            _ => Some(default),
        };
        let local = Self::from_civil(Civil {
            year: pair(0, 0)? * 100 + pair(2, 0)?,
            month: pair(4, 1)?,
            day: pair(6, 1)?,
            hour: pair(8, 0)?,
            minute: pair(10, 0)?,
            second: pair(12, 0)?,
        })?;
        let offset_digits: Vec<u8> = zone.iter().copied().filter(u8::is_ascii_digit).collect();
        let offset = match offset_digits.as_slice() {
            [] => 0,
            [h1, h2] => two_digits(*h1, *h2)? * 60,
            [h1, h2, m1, m2] => two_digits(*h1, *h2)? * 60 + two_digits(*m1, *m2)?,
            _ => return None,
        };
        let sign = match zone.first() {
            Some(b'+') => -1,
            Some(b'-') => 1,
            _ => 0,
        };
        Some(Self(local.0 + sign * offset * 60))
    }

    fn from_civil(civil: Civil) -> Option<Self> {
        let Civil { year, month, day, hour, minute, second } = civil;
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days_in_month = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        if !(1..=days_in_month).contains(&day) || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        // Days from the civil date, counted in 400-year eras that begin on 1 March.
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let days = era * 146_097 + day_of_era - 719_468;
        Some(Self(days * 86_400 + hour * 3_600 + minute * 60 + second))
    }

    fn civil(self) -> Civil {
        let days = self.0.div_euclid(86_400) + 719_468;
        let second_of_day = self.0.rem_euclid(86_400);
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        Civil {
            year: era * 400 + year_of_era + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * month_from_march + 2) / 5 + 1,
            hour: second_of_day / 3_600,
            minute: second_of_day / 60 % 60,
            second: second_of_day % 60,
        }
    }
}

/// Western Indonesian time (WIB) is seven hours ahead of UTC, all year.
const JAKARTA_OFFSET: i64 = 7 * 3_600;

impl From<evidence::UnixSeconds> for UnixTime {
    fn from(time: evidence::UnixSeconds) -> Self {
        Self(i64::try_from(time.0).unwrap_or(i64::MAX))
    }
}

struct Civil {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

fn two_digits(first: u8, second: u8) -> Option<i64> {
    let digit = |octet: u8| octet.is_ascii_digit().then(|| i64::from(octet - b'0'));
    Some(digit(first)? * 10 + digit(second)?)
}

impl fmt::Display for UnixTime {
    /// RFC 3339 in UTC.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Civil { year, month, day, hour, minute, second } = self.civil();
        write!(formatter, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments_are_read_and_written() {
        let cases = [
            ("700101000000Z", 0, "1970-01-01T00:00:00Z"),
            ("491231235959Z", 2_524_607_999, "2049-12-31T23:59:59Z"),
            ("500101000000Z", -631_152_000, "1950-01-01T00:00:00Z"),
            ("000229120000Z", 951_825_600, "2000-02-29T12:00:00Z"),
        ];
        for (text, seconds, written) in cases {
            let time = UnixTime::from_utc_time(text.as_bytes());
            assert_eq!(time, Some(UnixTime(seconds)), "{text}");
            assert_eq!(time.map(|time| time.to_string()).as_deref(), Some(written));
        }
        assert_eq!(UnixTime::from_generalized_time(b"20261124000000Z"), Some(UnixTime(1_795_478_400)));
    }

    #[test]
    fn moments_that_do_not_exist_are_refused() {
        for text in [
            "260229000000Z",
            "261301000000Z",
            "260100000000Z",
            "260101240000Z",
            "260101006000Z",
            "2601010000Z",
            "260101000000+",
            "26010100000 Z",
        ] {
            assert_eq!(UnixTime::from_utc_time(text.as_bytes()), None, "{text}");
        }
        assert_eq!(UnixTime::from_generalized_time(b"20260101000000.5Z"), None);
    }

    #[test]
    fn rfc_3339_is_read_with_its_zone_and_a_date_alone_is_its_first_moment() {
        let seconds = |text| UnixTime::from_rfc3339(text).map(UnixTime::seconds);
        assert_eq!(seconds("2026-11-24T07:00:00+07:00"), Some(1_795_478_400));
        assert_eq!(seconds("2026-11-24"), Some(1_795_478_400));
        assert_eq!(seconds("2026-11-24T00:00:00Z"), Some(1_795_478_400));
        for wrong in
            ["2026-11-24T00:00:00", "2026-11-31", "26-11-24", "2026-11-24T00:00Z", "now", "2026-11-24T00:00:00+7"]
        {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_moment_is_shown_as_clocks_in_jakarta_show_it() {
        assert_eq!(UnixTime(1_795_478_400).in_jakarta(), "24-11-2026 07.00 WIB");
        assert_eq!(UnixTime(1_795_478_400 - 7 * 3_600 - 1).in_jakarta(), "23-11-2026 23.59 WIB");
    }

    #[test]
    fn pdf_dates_with_and_without_zone_are_read() {
        assert_eq!(
            UnixTime::from_pdf_date("D:20261124070000+07'00'").map(|t| t.to_string()).as_deref(),
            Some("2026-11-24T00:00:00Z")
        );
        assert_eq!(
            UnixTime::from_pdf_date("D:20261124070000-0130").map(|t| t.to_string()).as_deref(),
            Some("2026-11-24T08:30:00Z")
        );
        assert_eq!(UnixTime::from_pdf_date("D:2026").map(|t| t.to_string()).as_deref(), Some("2026-01-01T00:00:00Z"));
        assert_eq!(UnixTime::from_pdf_date("yesterday"), None);
        assert_eq!(UnixTime::from_pdf_date("D:20269999"), None);
    }
}

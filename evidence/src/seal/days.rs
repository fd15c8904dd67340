//! Dates as a seal counts them: days since 1970-01-01, in the proleptic Gregorian calendar.

use std::fmt;

use thiserror::Error;

use crate::UnixSeconds;

const SECONDS_A_DAY: u64 = 86_400;
/// Western Indonesian time is seven hours ahead of UTC, all year.
const JAKARTA_OFFSET: u64 = 7 * 3_600;
/// Days of 400 years.
const ERA: i64 = 146_097;

/// Why numbers are no date that a seal can carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DateError {
    /// Not a day of the calendar, or outside the years that seals know.
    #[error("{year}-{month}-{day} is no day of the years 1800 to 9999")]
    Calendar {
        /// The year given.
        year: i32,
        /// The month given.
        month: u8,
        /// The day given.
        day: u8,
    },
    /// A count outside the years that seals know.
    #[error("{days} days since 1970-01-01 lie outside the years 1800 to 9999")]
    Days {
        /// The count given.
        days: i64,
    },
}

/// A day, from 1800-01-01 to 9999-12-31, as days since 1970-01-01 (negative before).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Days(i32);

impl Days {
    const FIRST: i32 = -62_091;
    const LAST: i32 = 2_932_896;

    /// The day of a date.
    ///
    /// # Errors
    ///
    /// [`DateError::Calendar`].
    pub fn from_date(year: i32, month: u8, day: u8) -> Result<Self, DateError> {
        let refused = DateError::Calendar { year, month, day };
        if !(1800..=9999).contains(&year) {
            return Err(refused);
        }
        let days = days_of(i64::from(year), i64::from(month), i64::from(day));
        let known = i32::try_from(days).map(Self).map_err(|_| refused)?;
        // 31 April is counted as 1 May: a date that does not read back does not exist.
        if known.date() == (year, month, day) { Ok(known) } else { Err(refused) }
    }

    /// The day of a count.
    ///
    /// # Errors
    ///
    /// [`DateError::Days`].
    pub fn from_count(days: i64) -> Result<Self, DateError> {
        match i32::try_from(days) {
            Ok(count) if (Self::FIRST..=Self::LAST).contains(&count) => Ok(Self(count)),
            _ => Err(DateError::Days { days }),
        }
    }

    /// The day that a clock in Jakarta (WIB, UTC+7) shows at this time.
    ///
    /// # Errors
    ///
    /// [`DateError::Days`] after the year 9999.
    pub fn in_jakarta(time: UnixSeconds) -> Result<Self, DateError> {
        let days = time.0.saturating_add(JAKARTA_OFFSET) / SECONDS_A_DAY;
        Self::from_count(i64::try_from(days).unwrap_or(i64::MAX))
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub const fn count(self) -> i32 {
        self.0
    }

    /// Year, month from 1, day from 1.
    #[must_use]
    pub fn date(self) -> (i32, u8, u8) {
        date_of(i64::from(self.0))
    }

    /// The first second of the day in Jakarta; 1970-01-01T00:00:00Z for days before.
    #[must_use]
    pub fn begin_in_jakarta(self) -> UnixSeconds {
        let days = u64::try_from(self.0).unwrap_or_default();
        UnixSeconds(days.saturating_mul(SECONDS_A_DAY).saturating_sub(JAKARTA_OFFSET))
    }

    /// The first second after the day in Jakarta; 1970-01-01T00:00:00Z for days before.
    #[must_use]
    pub fn end_in_jakarta(self) -> UnixSeconds {
        let next = i64::from(self.0).saturating_add(1);
        let days = u64::try_from(next).unwrap_or_default();
        UnixSeconds(days.saturating_mul(SECONDS_A_DAY).saturating_sub(JAKARTA_OFFSET))
    }
}

/// As Indonesian documents print it: day-month-year.
impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        write!(f, "{day:02}-{month:02}-{year:04}")
    }
}

/// Days since 1970-01-01 of a date after the year 0. Years are counted from March, so that the leap day ends a year.
#[expect(clippy::arithmetic_side_effects, reason = "the year has four digits, month and day fit an octet")]
const fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year / 400;
    let year_of_era = year - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse.
#[expect(clippy::arithmetic_side_effects, reason = "a count of days fits 32 bits")]
fn date_of(days: i64) -> (i32, u8, u8) {
    let since_march_0 = days + 719_468;
    let era = since_march_0.div_euclid(ERA);
    let day_of_era = since_march_0.rem_euclid(ERA);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (
        i32::try_from(year).unwrap_or_default(),
        u8::try_from(month).unwrap_or_default(),
        u8::try_from(day).unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days_have_their_counts() {
        for (year, month, day, count) in [
            (1970, 1, 1, 0),
            (1969, 12, 31, -1),
            (2000, 2, 29, 11_016),
            (2024, 11, 9, 20_036),
            (2026, 11, 24, 20_781),
            (1800, 1, 1, -62_091),
            (9999, 12, 31, 2_932_896),
        ] {
            let days = Days::from_date(year, month, day).expect("a day");
            assert_eq!(days.count(), count);
            assert_eq!(days.date(), (year, month, day));
            assert_eq!(Days::from_count(i64::from(count)), Ok(days));
        }
    }

    #[test]
    fn every_day_reads_back() {
        let mut last = Days::from_count(i64::from(Days::FIRST)).expect("a day").date();
        for count in Days::FIRST + 1..=Days::LAST {
            let date = Days(count).date();
            assert!(date > last, "{count}");
            assert_eq!(Days::from_date(date.0, date.1, date.2), Ok(Days(count)));
            last = date;
        }
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for (year, month, day) in [
            (2026, 4, 31),
            (2023, 2, 29),
            (1900, 2, 29),
            (2026, 13, 1),
            (2026, 0, 1),
            (2026, 1, 0),
            (1799, 12, 31),
            (10_000, 1, 1),
            (2026, 255, 255),
        ] {
            assert_eq!(Days::from_date(year, month, day), Err(DateError::Calendar { year, month, day }));
        }
        for days in [i64::from(Days::FIRST) - 1, i64::from(Days::LAST) + 1, i64::MIN, i64::MAX] {
            assert_eq!(Days::from_count(days), Err(DateError::Days { days }));
        }
    }

    #[test]
    fn a_day_in_jakarta_begins_seven_hours_before_utc() {
        let day = Days::from_date(2026, 11, 24).expect("a day");
        // date -d '2026-11-24 00:00 +0700' +%s
        assert_eq!(day.begin_in_jakarta(), UnixSeconds(1_795_453_200));
        assert_eq!(day.end_in_jakarta(), UnixSeconds(1_795_453_200 + 86_400));
        assert_eq!(Days::in_jakarta(UnixSeconds(1_795_453_200)), Ok(day));
        assert_eq!(Days::in_jakarta(UnixSeconds(1_795_453_199)).map(Days::count), Ok(day.count() - 1));
        assert_eq!(day.to_string(), "24-11-2026");
    }
}

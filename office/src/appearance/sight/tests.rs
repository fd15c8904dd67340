use std::{sync::atomic::AtomicUsize, time::Instant};

use super::*;
use crate::appearance::test_pdf::TestPdf;

fn letters(pdf: &TestPdf) -> Result<String, SightError> {
    let letters = Sight::in_process().letters(&Arc::new(pdf.write()), 0)?;
    Ok(letters.into_iter().map(|letter| letter.text).collect())
}

#[test]
fn letters_are_found_where_they_stand_on_the_page_as_it_is_seen() {
    let pdf = TestPdf::a4().content("BT /F1 12 Tf 100 700 Td (NIP) Tj ET");
    let found = Sight::in_process().letters(&Arc::new(pdf.write()), 0).expect("an honest page");
    let first = found.first().expect("three letters");
    assert_eq!(found.iter().map(|letter| letter.text.as_str()).collect::<String>(), "NIP");
    assert!((first.x - 100.0).abs() < 0.1 && (first.y - (842.0 - 700.0)).abs() < 0.1, "{first:?}");
    assert!((first.size - 12.0).abs() < 0.1, "{first:?}");
}

#[test]
fn rotation_and_crop_box_move_the_letters_as_a_reader_moves_them() {
    let pdf =
        TestPdf::a4().content("BT /F1 12 Tf 100 700 Td (N) Tj ET").crop_box([50.0, 60.0, 500.0, 800.0]).rotate(90);
    let found = Sight::in_process().letters(&Arc::new(pdf.write()), 0).expect("an honest page");
    let first = found.first().expect("one letter");
    // Turned clockwise: what was up is right; the crop box's lower left corner becomes the upper left one.
    assert!((first.x - (700.0 - 60.0)).abs() < 0.1 && (first.y - (100.0 - 50.0)).abs() < 0.1, "{first:?}");
}

#[test]
fn a_picture_has_the_pages_colours_and_size() {
    let pdf = TestPdf::a4().content("1 0 0 rg 0 421 595 421 re f");
    let picture =
        Sight::in_process().picture(&Arc::new(pdf.write()), 0, 0.5, Layers::Everything).expect("an honest page");
    assert_eq!((picture.width, picture.height), (298, 421));
    assert_eq!(picture.rgb.len(), 298 * 421 * 3);
    assert_eq!(picture.rgb.get(..3), Some([255, 0, 0].as_slice()), "red above");
    assert_eq!(
        picture.rgb.get(picture.rgb.len() - 300 * 3..).and_then(|rest| rest.get(..3)),
        Some([255; 3].as_slice())
    );
}

#[test]
fn a_page_that_is_not_there_and_a_file_that_is_no_pdf_are_told() {
    let pdf = Arc::new(TestPdf::a4().write());
    assert_eq!(Sight::in_process().letters(&pdf, 1), Err(SightError::NoPage { page: 2 }));
    assert_eq!(Sight::in_process().letters(&Arc::new(b"no pdf".to_vec()), 0), Err(SightError::Unreadable));
}

#[test]
fn a_page_as_large_as_a_football_field_is_not_drawn() {
    let pdf = Arc::new(TestPdf::a4().media_box([0.0, 0.0, 200_000.0, 200_000.0]).write());
    let error = Sight::in_process().picture(&pdf, 0, 1.0, Layers::Everything).expect_err("too large");
    assert!(matches!(error, SightError::TooLarge { limit: PIXELS_LIMIT, .. }), "{error:?}");
}

#[test]
fn a_page_with_endless_letters_is_given_up() {
    let line =
        "(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) Tj\n";
    let pdf = TestPdf::a4().content(&format!("BT /F1 12 Tf {} ET", line.repeat(GLYPHS_LIMIT / 90)));
    assert_eq!(letters(&pdf), Err(SightError::TooManyLetters { limit: GLYPHS_LIMIT }));
}

#[test]
fn forms_that_draw_themselves_end() {
    let pdf = TestPdf::a4().content("/X1 Do").form("X1", "/X1 Do BT /F1 12 Tf (x) Tj ET /X1 Do");
    let began = Instant::now();
    // However the renderer bounds it, it ends, and nothing dies of it.
    let result = letters(&pdf);
    assert!(began.elapsed() < TIME_LIMIT + Duration::from_secs(2), "{result:?}");
}

#[test]
fn work_that_panics_is_an_error_and_work_that_never_ends_is_left_alone() {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let stopped = bounded(TIME_LIMIT, &COUNT, || -> Result<(), SightError> {
        std::panic::resume_unwind(Box::new("the renderer has a fault"))
    });
    assert_eq!(stopped, Err(SightError::Stopped));
    let endless = || -> Result<(), SightError> {
        loop {
            thread::park();
        }
    };
    for _ in 0..LOST_LIMIT {
        assert_eq!(bounded(Duration::ZERO, &COUNT, endless), Err(SightError::TooSlow { seconds: 0 }));
    }
    assert_eq!(bounded(TIME_LIMIT, &COUNT, || Ok(())), Err(SightError::Lost { lost: LOST_LIMIT }));
}

#[test]
fn looks_that_end_in_time_are_not_counted_however_many_there_are_at_once() {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let many = LOST_LIMIT * 2;
    let meet = std::sync::Barrier::new(many);
    let answered = thread::scope(|scope| {
        let looks: Vec<_> = (0..many)
            .map(|_| {
                scope.spawn(|| {
                    meet.wait();
                    bounded(TIME_LIMIT, &COUNT, || {
                        thread::sleep(Duration::from_millis(100));
                        Ok(())
                    })
                })
            })
            .collect();
        looks.into_iter().map(|look| look.join().expect("no panic")).collect::<Vec<_>>()
    });
    assert_eq!(answered, vec![Ok(()); many]);
    assert_eq!(COUNT.load(Ordering::SeqCst), 0);
}

#[test]
fn an_answer_survives_the_line_between_two_processes_and_a_damaged_one_is_none() {
    let picture = Answer::Picture(Picture { width: 2, height: 1, rgb: vec![1, 2, 3, 4, 5, 6] });
    let letters = Answer::Letters(vec![Letter { text: "a".into(), x: 1.5, y: 2.0, size: 10.0 }]);
    for answer in [picture, letters] {
        let octets = answer.to_octets();
        assert_eq!(Answer::from_octets(&octets), Some(answer));
        assert_eq!(Answer::from_octets(octets.get(..octets.len() - 1).expect("not empty")), None);
    }
    for octets in [b"".as_slice(), b"X", b"P\0\0\0", b"P\xff\xff\xff\xff\xff\xff\xff\xff", b"Lnull"] {
        assert_eq!(Answer::from_octets(octets), None, "{octets:?}");
    }
}

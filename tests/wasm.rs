//! The same numbers natively and as wasm in a browser: each test here runs in both, against the same expectations.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

use kubarium::base::{Duration, EventQueue, RandomStream, Time};

#[test]
fn random_streams_draw_the_same() {
    let mut stream = RandomStream::new(7, "scheduler");
    let drawn: Vec<u64> = (0..4).map(|_| stream.bits()).collect();
    assert_eq!(drawn, [12_883_053_929_669_972_118, 16_746_164_378_840_313_478, 15_440_254_901_609_206_060, 10_323_358_727_970_206_968]);
    assert_eq!((stream.name_suffix().as_str(), stream.uuid().as_str()), ("rm66f", "b1f868ac-a5bb-4d2d-ba57-170ee0dee191"));
    assert_eq!((stream.unit().to_bits(), stream.below(1_000_000)), (4_607_117_758_420_518_908, 507_127));
}

#[test]
fn time_is_the_same() {
    let time = Time::from_secs_f64(90_061.5) + Duration::from_micros(7);
    assert_eq!(time, Time(90_061_500_007));
    assert_eq!(time.rfc3339_micro(), "2026-01-02T01:01:01.500007Z");
    assert_eq!(Time::parse_rfc3339("2026-01-02T01:01:01.500007Z"), Some(time));
    assert_eq!(Time::from_secs_f64(f64::NAN), Time::ZERO);
    assert_eq!(time.as_secs_f64().to_bits(), 90_061.500_007_f64.to_bits());
}

#[test]
fn events_come_in_the_same_order() {
    let mut queue = EventQueue::new();
    let mut stream = RandomStream::new(1, "order");
    for n in 0..1000u32 {
        queue.push(Time(stream.below(50)), n);
    }
    // FNV-1a over the order, which holds only where equal moments keep the order of insertion.
    let mut digest = 0xcbf2_9ce4_8422_2325_u64;
    while let Some((time, n)) = queue.pop_due(Time::MAX) {
        for byte in time.0.to_le_bytes().into_iter().chain(n.to_le_bytes()) {
            digest = (digest ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    assert_eq!(digest, 6_006_825_679_239_476_000);
}

/// `cargo xtask test` plays this session natively first and hands the digest over at compile time.
#[test]
fn a_session_has_the_history_it_has_natively() {
    let session = kubarium::sim::Session::from_json(include_str!("sessions/tour.json")).expect("the tour is a session");
    let mut sim = kubarium::sim::Sim::new(session);
    sim.play();
    let digest = format!("{:016x}", sim.digest());
    match option_env!("KUBARIUM_NATIVE_DIGEST") {
        Some(native) => assert_eq!(digest, native),
        None => println!("KUBARIUM_NATIVE_DIGEST is not set: {digest} is compared with nothing"),
    }
}

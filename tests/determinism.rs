//! One session, one history: at every speed, in every slicing, from every copy, and on a second run.

use kubarium::base::{Duration, RandomStream, Time};
use kubarium::sim::{Session, Sim, TimedInput};

const TOUR: &str = include_str!("sessions/tour.json");
const END: Time = Time::from_secs(200);

fn tour() -> Sim {
    Sim::new(Session::from_json(TOUR).expect("the tour is a session"))
}

fn digest_at_once() -> u64 {
    let mut sim = tour();
    assert!(sim.run(END, u64::MAX).done);
    assert!(sim.api().revision() > 100, "the tour makes something happen");
    sim.digest()
}

#[test]
fn the_same_again() {
    assert_eq!(digest_at_once(), digest_at_once());
}

#[test]
fn the_same_in_frames_of_any_length() {
    let whole = digest_at_once();
    let mut rng = RandomStream::new(3, "frames");
    for budget in [1, 7, 1000] {
        let mut sim = tour();
        let mut until = Time::ZERO;
        while until < END {
            until = (until + Duration::from_micros(1 + rng.below(700_000))).min(END);
            while !sim.run(until, budget).done {}
        }
        assert_eq!(sim.digest(), whole, "frames with a budget of {budget}");
    }
}

#[test]
fn the_same_from_a_copy() {
    let whole = digest_at_once();
    let mut sim = tour();
    let mut copies = Vec::new();
    for s in [0, 1, 13, 45, 100] {
        while !sim.run(Time::from_secs(s), u64::MAX).done {}
        copies.push(sim.clone());
    }
    for mut copy in copies {
        let from = copy.now();
        while !copy.run(END, u64::MAX).done {}
        assert_eq!(copy.digest(), whole, "a copy made at {from}");
    }
}

#[test]
fn the_same_from_a_copy_where_pods_come_and_go() {
    // More kinds of pods than the scheduler keeps what it knows of.
    let cmd = "for i in $(seq 300); do kubectl run p$i --image=busybox --labels=a=$i --restart=Never -- true; [ $i -gt 9 ] && \
               kubectl delete pod p$((i-9)) --now --wait=false; done; for i in $(seq 291 330); do kubectl run q$i --image=nginx --labels=a=$i; done";
    let input = TimedInput { t: 1.0, cmd: Some(cmd.to_owned()), ..TimedInput::default() };
    let run = |sim: &mut Sim, until: Time| while !sim.run(until, u64::MAX).done {};
    let mut copy = Sim::new(Session { seed: 5, inputs: vec![input], ..Session::default() });
    let mut whole = copy.clone();
    run(&mut whole, END);
    let mut held = Vec::new();
    for s in 1..200 {
        run(&mut copy, Time::from_secs(s));
        let next = copy.clone();
        held.push(std::mem::replace(&mut copy, next));
    }
    run(&mut copy, END);
    assert_eq!(copy.digest(), whole.digest());
}

#[test]
fn another_seed_is_another_history() {
    let mut session = Session::from_json(TOUR).expect("the tour is a session");
    session.seed += 1;
    let mut sim = Sim::new(session);
    while !sim.run(END, u64::MAX).done {}
    assert_ne!(sim.digest(), digest_at_once());
}

#[test]
fn inputs_made_on_the_way_are_a_session_that_plays_the_same() {
    let recorded = Session::from_json(TOUR).expect("the tour is a session");
    let mut live = Sim::new(Session { inputs: Vec::new(), ..recorded.clone() });
    for input in &recorded.inputs {
        while !live.run(input.at(), 50).done {}
        live.input(input.clone());
    }
    while !live.run(END, 50).done {}
    let saved = live.session().to_json();
    let mut replayed = Sim::new(Session::from_json(&saved).expect("what was saved can be read"));
    while !replayed.run(END, u64::MAX).done {}
    assert_eq!(replayed.digest(), live.digest());
}

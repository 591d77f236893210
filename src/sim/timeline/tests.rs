//! Going back, and on from there.

use super::*;
use crate::api::Object;

fn command(line: &str) -> TimedInput {
    TimedInput { cmd: Some(line.to_owned()), ..TimedInput::default() }
}

fn at(s: u64) -> Time {
    Time::ZERO + Duration::from_secs(s)
}

fn run(t: &mut Timeline, to: Time) {
    while !t.run(to, 16).done {}
}

fn pods(sim: &Sim) -> Vec<String> {
    sim.api().iter(kinds::POD, None).map(|p| p.name().to_owned()).collect()
}

/// Two pods, ten and three hundred seconds in, with what the digest was at some moments.
fn played() -> (Timeline, Vec<(Time, u64)>) {
    let mut t = Timeline::new(Session { seed: 7, ..Session::default() });
    // So little happens here that copies would hardly be kept.
    t.branches.get_mut(&0).expect("the first branch").gap = 10;
    let mut digests = Vec::new();
    for s in [3, 10, 11, 40, 300, 301, 700] {
        run(&mut t, at(s));
        digests.push((at(s), t.live().digest()));
        let line = match s {
            10 => "kubectl run a --image=busybox -- sh -c 'sleep 5; exit 1'",
            300 => "kubectl run b --image=nginx",
            _ => continue,
        };
        assert!(!t.input(command(line)));
    }
    (t, digests)
}

#[test]
fn every_moment_is_as_it_was() {
    let (mut t, digests) = played();
    for (moment, digest) in digests.iter().rev().chain(&digests) {
        // What was done at a moment belongs to it: just before it is as it was before.
        let before = Time(moment.0 - 1);
        t.seek(before);
        run(&mut t, before);
        assert_eq!(t.shown().now(), before);
        assert!(t.is_past());
        if ![10, 300].contains(&(moment.0 / 1_000_000)) {
            t.seek(*moment);
            run(&mut t, *moment);
            assert_eq!(t.shown().digest(), *digest, "at {moment:?}");
        }
    }
    let frames = &t.branch().frames;
    assert!((4..=FRAMES_MAX).contains(&frames.len()), "{}", frames.len());
    assert!(frames.iter().all(|f| *f.session() == Session::default()), "copies hold no inputs");
    assert!(frames.windows(2).all(|w| w[0].now() + TIME_APART <= w[1].now() && w[0].work() + t.branch().gap <= w[1].work()));
}

#[test]
fn there_are_the_fewer_copies_the_more_they_hold() {
    for (objects, log_mib, most) in [(0, 0, 160), (1500, 0, 133), (1500, 10, 25), (1500, 500, 8), (100_000, 0, 24), (100_000, 16, 16)] {
        assert_eq!(frames_max(objects, log_mib << 20), most, "{objects} objects, {log_mib} MiB");
    }
}

#[test]
fn usage_is_the_same_however_one_comes_to_a_moment() {
    let make = "kubectl run a --image=busybox -- sh -c 'sleep 7; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; sleep 999'";
    let used = |steps: &[u64]| {
        let mut t = Timeline::new(Session { seed: 7, ..Session::default() });
        t.input(command(make));
        steps.iter().for_each(|s| run(&mut t, at(*s)));
        t
    };
    let points = |t: &Timeline| {
        let uid = t.shown().api().iter(kinds::POD, None).next().map(|p| p.uid().to_owned()).unwrap_or_default();
        t.used(&uid).to_vec()
    };
    let (slow, fast) = (used(&[1, 2, 4, 11, 12, 13, 27, 40, 41, 60]), used(&[60]));
    let all = points(&fast);
    assert_eq!(points(&slow), all);
    assert!(all.len() > 2 && all.iter().all(|(t, _)| t.0 % 1_000_000 == 0), "{all:?}");
    assert!(all.iter().any(|(_, [cpu, _])| *cpu > 0), "{all:?}");
    // In the past there is as much of it as there was then, and a branch goes on from there.
    let mut t = fast;
    t.seek(at(21));
    run(&mut t, at(21));
    let then: Vec<_> = all.iter().copied().filter(|p| p.0 <= at(21)).collect();
    assert_eq!(points(&t), then);
    assert!(t.input(command("true")));
    run(&mut t, at(60));
    assert_eq!(points(&t), all);
    // A step to the next thing that happens leaves no look out.
    let mut t = used(&[10]);
    while t.live().now() < at(60) && t.step_once(16) {}
    run(&mut t, at(60));
    assert_eq!(points(&t).iter().filter(|p| p.0 <= at(60)).copied().collect::<Vec<_>>(), all);
}

#[test]
fn a_step_over_years_without_pods_takes_no_looks() {
    let mut t = Timeline::new(Session { seed: 7, ..Session::default() });
    t.input(command("kubectl create cronjob c --image=busybox --schedule='0 0 1 1 *' -- true"));
    run(&mut t, at(60));
    while t.live().now() < at(365 * 86_400) && t.step_once(16) {}
    // A look at each second would take minutes. From then on there is one again.
    run(&mut t, at(365 * 86_400 + 60));
    assert_eq!((pods(t.live()).len(), t.branch().usage.due()), (1, at(365 * 86_400 + 61)));
}

#[test]
fn the_past_plays_up_to_now() {
    let (mut t, _) = played();
    let end = t.live().digest();
    t.seek(at(20));
    run(&mut t, at(20));
    assert_eq!(pods(t.shown()), ["a"]);
    run(&mut t, at(9999));
    assert!(!t.is_past());
    assert_eq!((t.live().now(), t.live().digest()), (at(700), end));
    // Who looks at the newest moment, or beyond it, looks at what goes on.
    t.seek(at(700));
    assert!(!t.is_past() && !t.is_seeking());
}

#[test]
fn a_moment_is_reached_from_the_copy_before_it() {
    let (mut t, _) = played();
    let copies: Vec<Time> = t.branch().frames.iter().map(|f| f.now()).collect();
    let (before, last) = (copies[1], copies[copies.len() - 1]);
    t.seek(before);
    run(&mut t, before);
    t.seek(last + TIME_APART);
    assert_eq!(t.shown().now(), last);
    // What lies between a copy and the moment that is looked at is not played again.
    run(&mut t, last + TIME_APART);
    t.seek(last + TIME_APART * 2);
    assert_eq!(t.shown().now(), last + TIME_APART);
}

#[test]
fn with_too_many_copies_every_other_goes_and_later_ones_are_farther_apart() {
    let (mut t, _) = played();
    let branch = t.branches.get_mut(&0).expect("the first branch");
    let last = Rc::clone(branch.frames.last().expect("there are some"));
    branch.frames.resize(FRAMES_MAX, last);
    while t.branch().frames.len() == FRAMES_MAX {
        let next = t.live().now() + TIME_APART;
        run(&mut t, next);
    }
    assert_eq!((t.branch().frames.len(), t.branch().gap), (FRAMES_MAX / 2 + 1, 20));
    // A course that is left keeps few.
    t.seek(at(20));
    assert!(t.fork());
    let left = &t.branches[&0].frames;
    assert!((FRAMES_MIN / 2..=FRAMES_MIN).contains(&left.len()) && left[0].now() == Time::ZERO, "{}", left.len());
}

#[test]
fn a_change_in_the_past_begins_a_branch() {
    let (mut t, _) = played();
    let end = t.live().digest();
    t.seek(at(20));
    assert!(t.input(command("kubectl run c --image=nginx")));
    run(&mut t, at(400));
    assert_eq!(pods(t.live()), ["a", "c"]);
    let info = t.branches();
    assert_eq!((info.len(), info[1].parent, info[1].from, info[1].inputs), (2, Some(0), at(20), 2));
    assert!(t.branch().frames.is_sorted_by_key(|f| f.now()), "it has no copies of what came after it on the other");
    // The branch has the same past, and is a session like any other.
    t.seek(at(15));
    run(&mut t, at(15));
    assert_eq!(pods(t.shown()), ["a"]);
    // Beside it stands the course that it left, at the same moment.
    t.seek(at(310));
    run(&mut t, at(310));
    while t.reach_beside(64) == Some(false) {}
    let beside = t.beside().expect("the parent is kept");
    assert_eq!((beside.now(), pods(beside)), (at(310), vec!["a".to_owned(), "b".to_owned()]));
    t.back_to_now();
    let mut alone = Sim::new(t.live().session().clone());
    while !alone.run(at(400), u64::MAX).done {}
    assert_eq!(alone.digest(), t.live().digest());
    t.switch(0);
    assert_eq!(t.live().digest(), end);
}

#[test]
fn a_branch_begins_where_it_was_asked_for_however_far_one_has_come() {
    let change = || command("kubectl run c --image=nginx");
    let branched = |steps: u64, slice: u64| {
        let (mut t, _) = played();
        // Copies lie so far apart that there is much to be run again.
        t.branches.get_mut(&0).expect("the first branch").frames.truncate(1);
        t.seek(at(290));
        let there = t.run(at(290), steps).done;
        assert_eq!((there, t.moment()), (steps == u64::MAX, at(290)));
        assert!(t.input(change()) && !t.input(command("true")));
        assert_eq!((t.branches()[1].from, t.moment(), t.live().now() < at(290)), (at(290), at(290), !there));
        while !t.run(at(400), slice).done {}
        t
    };
    let all = branched(u64::MAX, 64);
    assert_eq!(pods(all.live()), ["a", "c"]);
    for (steps, slice) in [(0, 1), (1, 7), (40, 1000), (0, u64::MAX)] {
        let part = branched(steps, slice);
        assert_eq!((part.live().session(), part.live().digest()), (all.live().session(), all.live().digest()), "{steps} {slice}");
        assert_eq!(part.branches()[1].inputs, 3);
    }
    // Who looks elsewhere meanwhile finds it where it was.
    let (mut t, _) = played();
    t.seek(at(290));
    assert!(t.input(change()));
    t.switch(0);
    run(&mut t, at(701));
    t.switch(1);
    run(&mut t, at(400));
    assert_eq!(t.live().digest(), all.live().digest());
}

#[test]
fn copies_go_with_what_the_store_forgot() {
    let (mut t, digests) = played();
    let branch = t.branches.get_mut(&0).expect("the first branch");
    let (kept, oldest) = (branch.frames.len(), branch.frames[2].api().revision());
    branch.live.compact(oldest);
    assert!(kept > 3 && t.before_last_act().is_some());
    run(&mut t, at(3000));
    let frames = &t.branch().frames;
    assert_eq!(frames[0].now(), Time::ZERO);
    assert!(frames.len() > 2 && frames[1..].iter().all(|f| f.api().revision() >= oldest), "of {kept}, {} are left", frames.len());
    // Every moment can still be looked at.
    let (moment, digest) = digests[2];
    t.seek(moment);
    run(&mut t, moment);
    assert_eq!(t.shown().digest(), digest);
}

#[test]
fn the_last_act_can_be_undone() {
    let (mut t, _) = played();
    let before = t.before_last_act().expect("something was done");
    t.seek(before);
    assert!(t.fork());
    run(&mut t, at(700));
    assert_eq!(pods(t.live()), ["a"]);
    for back in 1..20 {
        t.seek(at(100 - back));
        run(&mut t, at(100 - back));
        assert!(t.fork());
    }
    assert_eq!(t.branches().len(), BRANCHES_MAX);
}

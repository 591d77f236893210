//! Machines as their host uses them: terminals, programs of the host's own, requests, limits and volumes.

use super::*;

#[test]
fn a_terminal_session() {
    let mut m = machine("busybox");
    let s = Time::from_secs;
    let pid = m.spawn(Time::ZERO, SpawnSpec { argv: argv(&["sh"]), stdin: Stdin::Tty, ..SpawnSpec::default() }).expect("starts");
    assert_eq!(go(&mut m, s(1)).0, "/ # ");
    m.tty_input(s(1), pid, b"echo hi\r");
    assert_eq!(go(&mut m, s(2)).0, "echo hi\nhi\n/ # ");
    m.tty_input(s(2), pid, b"sleep 100\r");
    assert_eq!(go(&mut m, s(4)).0, "sleep 100\n");
    m.tty_input(s(4), pid, &[3]);
    assert_eq!(go(&mut m, s(5)).0, "^C\n/ # ");
    m.tty_input(s(5), pid, b"for i in 1 2\r");
    assert_eq!(go(&mut m, s(6)).0, "for i in 1 2\n> ");
    m.tty_input(s(6), pid, b"do echo $i; done\r");
    assert_eq!(go(&mut m, s(7)).0, "do echo $i; done\n1\n2\n/ # ");
    m.tty_input(s(7), pid, b"cat\r");
    m.tty_input(s(7), pid, b"x\r");
    assert_eq!(go(&mut m, s(8)).0, "cat\nx\nx\n");
    m.tty_input(s(8), pid, &[4]);
    assert_eq!(go(&mut m, s(9)).0, "/ # ");
    m.tty_input(s(9), pid, b"while true; do :; done\r");
    go(&mut m, s(12));
    m.tty_input(s(12), pid, &[3]);
    assert_eq!(go(&mut m, s(13)).0, "^C\n/ # ");
    // What acts is shown, and does not act on the screen: by Escape and `c` a terminal would be emptied. Ctrl+U takes the line back.
    m.tty_input(s(13), pid, b"\x1bc\x7f\x7fa\x1b\x15");
    assert_eq!(go(&mut m, s(13)).0, "^[c\x08 \x08\x08 \x08\x08 \x08a^[\x08 \x08\x08 \x08\x08 \x08");
    // What is taken back goes from the screen, cell by cell, and the prompt stays.
    m.tty_input(s(13), pid, "\x7ffo\x7fó你\x7f\x7foo; exit 3\r".as_bytes());
    let (text, events) = go(&mut m, s(14));
    assert_eq!(text, "fo\x08 \x08ó你\x08 \x08\x08 \x08\x08 \x08oo; exit 3\nsh: foo: not found\n");
    assert!(matches!(events[..], [MachineEvent::Exited { status: ExitStatus::Code(3), .. }]), "{events:?}");
}

#[test]
fn typed_aliases_stand_for_others() {
    let mut m = machine("busybox");
    let pid = m.spawn(Time::ZERO, SpawnSpec { argv: argv(&["sh"]), stdin: Stdin::Tty, ..SpawnSpec::default() }).expect("starts");
    m.tty_input(Time::ZERO, pid, b"alias k='echo kubectl' kg='k get' e='echo '\r");
    go(&mut m, Time::from_secs(1));
    m.tty_input(Time::from_secs(1), pid, b"kg pods; e kg; e e k; e no k\r");
    assert_eq!(
        go(&mut m, Time::from_secs(2)).0,
        "kg pods; e kg; e e k; e no k\nkubectl get pods\necho kubectl get\necho echo kubectl\nno k\n/ # "
    );
    // Aliases of aliases double, up to a bound.
    let doubling = (0..30).map(|n| format!("alias a{n}='a{0};a{0}';", n + 1)).collect::<String>();
    m.tty_input(Time::from_secs(2), pid, format!("{doubling} alias a30=:\r").as_bytes());
    m.tty_input(Time::from_secs(3), pid, b"a0 2>/dev/null; echo done\r");
    assert!(go(&mut m, Time::from_secs(600)).0.ends_with("done\n/ # "));
}

#[test]
fn the_host_runs_programs() {
    let mut m = machine("debian");
    let pid = m
        .spawn(
            Time::ZERO,
            SpawnSpec {
                argv: argv(&["bash", "-c", "echo in | kubectl create -f - | grep -c made > f; cat f; kubectl no; echo $?"]),
                ..SpawnSpec::default()
            },
        )
        .expect("starts");
    let mut answers = 0;
    let mut text = String::new();
    for round in 1..200u64 {
        let now = Time::from_millis(round * 10);
        let (out, events) = go(&mut m, now);
        text.push_str(&out);
        for e in events {
            match e {
                MachineEvent::ExternalStarted { pid: p, argv, .. } => {
                    answers += 1;
                    if argv[1] == "no" {
                        m.ext_write(now, p, 2, b"error: no\n");
                        m.ext_exit(now, p, 4);
                    } else {
                        while let ExtRead::Data(bytes) = m.ext_read(p, 0) {
                            assert_eq!(bytes, b"in\n");
                        }
                        m.ext_write(now, p, 1, b"made\n");
                        m.ext_exit(now, p, 0);
                    }
                }
                MachineEvent::ExternalInput { pid: p } => while let ExtRead::Data(_) = m.ext_read(p, 0) {},
                _ => {}
            }
        }
    }
    assert_eq!((answers, text.as_str(), m.is_running(pid)), (2, "1\nerror: no\n4\n", false));
}

#[test]
fn servers_and_clients() {
    let mut m = machine("nginx");
    let image = images::lookup("nginx").expect("known");
    let pid = m
        .spawn(Time::ZERO, SpawnSpec { argv: image.entrypoint.iter().chain(&image.cmd).cloned().collect(), ..SpawnSpec::default() })
        .expect("starts");
    let get = |path: &str| NetRequest::Http(HttpRequest::get("x", 80, path));
    assert!(m.serve(Time::ZERO, 80, get("/")).is_err());
    go(&mut m, Time::from_secs(1));
    assert!(m.listens(80) && !m.listens(81));
    assert_eq!(m.next_wake(), None);
    m.serve(Time::from_secs(1), 80, get("/")).expect("listens");
    m.serve(Time::from_secs(1), 80, get("/nope")).expect("listens");
    let (log, events) = go(&mut m, Time::from_secs(2));
    assert!(log.contains("\"GET /nope HTTP/1.1\" 404"), "{log}");
    let statuses: Vec<u16> = events
        .iter()
        .filter_map(|e| match e {
            MachineEvent::Served { response: Ok(crate::network::NetResponse::Http(r)), .. } => Some(r.status),
            _ => None,
        })
        .collect();
    assert_eq!(statuses, [200, 404]);
    m.signal(Time::from_secs(2), pid, Signal::QUIT);
    let (_, events) = go(&mut m, Time::from_secs(3));
    assert!(matches!(events[..], [MachineEvent::Exited { status: ExitStatus::Code(0), .. }]), "{events:?}");

    let mut m = machine("busybox");
    m.spawn(
        Time::ZERO,
        SpawnSpec { argv: argv(&["sh", "-c", "wget -qO- http://web:8080/a; wget -q -T 1 http://gone/; echo $?"]), ..SpawnSpec::default() },
    )
    .expect("starts");
    let (_, events) = go(&mut m, Time::from_millis(500));
    // The name is looked up first.
    let [MachineEvent::Request { id, request: crate::network::NetRequest::Resolve { name, .. }, .. }] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(name, "web");
    let addresses = vec![std::net::IpAddr::from([10, 96, 0, 7])];
    m.respond(Time::from_millis(500), *id, Ok(crate::network::NetResponse::Addresses("web".into(), addresses)));
    let (_, events) = go(&mut m, Time::from_millis(600));
    let [MachineEvent::Request { id, request: crate::network::NetRequest::Http(r), .. }] = &events[..] else { panic!("{events:?}") };
    assert_eq!((r.host.as_str(), r.port, r.path.as_str()), ("web", 8080, "/a"));
    m.respond(
        Time::from_millis(600),
        *id,
        Ok(crate::network::NetResponse::Http(crate::network::HttpResponse::new(200, "text/plain", "body\n"))),
    );
    let (text, _) = go(&mut m, Time::from_secs(3));
    assert_eq!(text, "body\nwget: download timed out\n1\n");
}

#[test]
fn limits_hold() {
    // Memory beyond the limit ends the biggest.
    let mut m = Machine::new(
        Time::ZERO,
        MachineSpec {
            image: Arc::new(images::lookup("polinux/stress").expect("known")),
            memory_limit: Some(64 << 20),
            ..MachineSpec::default()
        },
    );
    m.spawn(Time::ZERO, SpawnSpec { argv: argv(&["stress", "--vm", "1", "--vm-bytes", "150M", "--vm-hang", "1"]), ..SpawnSpec::default() })
        .expect("starts");
    let (_, events) = go(&mut m, Time::from_secs(5));
    assert!(events.iter().any(|e| matches!(e, MachineEvent::OomKilled { .. })), "{events:?}");
    let mut m = Machine::new(
        Time::ZERO,
        MachineSpec { image: Arc::new(images::lookup("busybox").expect("known")), memory_limit: Some(64 << 20), ..MachineSpec::default() },
    );
    m.spawn(Time::ZERO, SpawnSpec { argv: argv(&["tail", "/dev/zero"]), ..SpawnSpec::default() }).expect("starts");
    let (_, events) = go(&mut m, Time::from_secs(5));
    assert!(matches!(events.last(), Some(MachineEvent::Exited { status: ExitStatus::Signal(Signal::KILL), .. })), "{events:?}");
    // A fork bomb meets the limit on processes.
    let (_, err, _) = sh("f() { f | f & }; f; sleep 2; echo end");
    assert!(err.contains("can't fork: Resource temporarily unavailable"), "{err}");
    // So does endless output: it takes its time.
    let mut m = machine("busybox");
    m.spawn(Time::ZERO, SpawnSpec { argv: argv(&["yes"]), ..SpawnSpec::default() }).expect("starts");
    let (text, _) = go(&mut m, Time::from_secs(1));
    assert!(text.len() < 64 << 20, "{}", text.len());
}

#[test]
fn volumes_are_shared_by_handing_them_on() {
    let mut tree = Inode::dir(0o777);
    tree.put("old", Inode::file("1", 0o644));
    let mount = |read_only| Mount { path: "/data".into(), volume: "v".into(), read_only, sub_path: "".into(), memory: None };
    let spec = |read_only| MachineSpec {
        image: Arc::new(images::lookup("busybox").expect("known")),
        mounts: vec![mount(read_only)],
        volumes: [("v".into(), Arc::new(tree.clone()))].into_iter().collect(),
        ..MachineSpec::default()
    };
    let (mut a, mut b) = (Machine::new(Time::ZERO, spec(false)), Machine::new(Time::ZERO, spec(true)));
    a.spawn(Time::ZERO, SpawnSpec { argv: argv(&["sh", "-c", "echo from-w > /data/x; ls /data"]), ..SpawnSpec::default() })
        .expect("starts");
    let (text, events) = go(&mut a, Time::from_secs(1));
    assert_eq!(text, "old\nx\n");
    assert!(events.contains(&MachineEvent::VolumeChanged { volume: "v".into() }));
    b.set_volume("v", a.volume("v").expect("mounted").clone());
    b.spawn(Time::ZERO, SpawnSpec { argv: argv(&["sh", "-c", "cat /data/x; echo y > /data/y"]), ..SpawnSpec::default() }).expect("starts");
    assert_eq!(go(&mut b, Time::from_secs(1)).0, "from-w\nsh: can't create /data/y: Read-only file system\n");
}

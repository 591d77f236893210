//! The queues that queue servers in containers keep.

use crate::api::{Object, Value, kinds};
use crate::base::List as _;
use crate::sim::Sim;

use super::inside::ContainerInside;
use super::membership::{Membership, membership};

/// How many pods are asked for their queues.
const QUEUE_PODS_MAX: usize = 200;

/// A queue that a pod's container keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueView {
    /// The queue server's pod.
    pub pod: String,
    /// The queue.
    pub name: String,
    /// Messages that wait.
    pub waiting: usize,
    /// Messages that somebody took and has not acknowledged.
    pub held: usize,
}

/// The queues of a pod, of the pods that a Service selects, or of all pods around a Job.
pub fn queues(sim: &Sim, object: &Value) -> Vec<QueueView> {
    let around: Vec<&Value> = match object.kind() {
        "Pod" => vec![object],
        "Service" => pods_of(sim, object).list(),
        "Job" => sim.api().iter(kinds::POD, Some(object.namespace())).take(QUEUE_PODS_MAX).list(),
        _ => Vec::new(),
    };
    let mut found = Vec::new();
    for pod in around {
        for c in pod.at(&["spec", "containers"]).items() {
            let inside = ContainerInside { sim, namespace: pod.namespace(), pod: pod.name(), container: c.get("name").str() };
            found.extend(inside.queues().into_iter().map(|q| QueueView {
                pod: pod.name().to_owned(),
                name: q.name,
                waiting: q.waiting,
                held: q.held,
            }));
        }
    }
    found
}

fn pods_of<'a>(sim: &'a Sim, service: &'a Value) -> impl Iterator<Item = &'a Value> {
    let pods = sim.api().iter(kinds::POD, Some(service.namespace()));
    pods.filter(|pod| membership(service, pod).is_some_and(|m| m == Membership::Reached)).take(QUEUE_PODS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Duration, Time};
    use crate::sim::TimedInput;
    use crate::views::object;
    use crate::views::testing::played;

    #[test]
    fn a_queue_runs_empty() {
        let job = r#"{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"eat"},"spec":{"completions":3,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"redis","command":["sh","-c","redis-cli -h $Q_SERVICE_HOST rpop work; sleep 5"]}]}}}}"#;
        let fill =
            "kubectl run q --image=redis -l app=q; kubectl expose pod q --port=6379; sleep 5; kubectl exec q -- redis-cli rpush work a b c";
        let mut sim = played(&[fill], 10);
        let seen = |sim: &Sim, kind: &str, name: &str| queues(sim, object(sim, kind, "default", name).expect("made above"));
        let three = [QueueView { pod: "q".to_owned(), name: "work".to_owned(), waiting: 3, held: 0 }];
        assert_eq!(seen(&sim, "Pod", "q"), three);
        assert_eq!(seen(&sim, "Service", "q"), three);
        sim.input(TimedInput { cmd: Some(format!("echo '{job}' | kubectl apply -f -")), ..TimedInput::default() });
        while !sim.run(Time::ZERO + Duration::from_secs(14), 4096).done {}
        assert_eq!(seen(&sim, "Job", "eat")[0].waiting, 2);
        while !sim.run(Time::ZERO + Duration::from_secs(60), 4096).done {}
        assert_eq!(seen(&sim, "Job", "eat"), []);
    }
}

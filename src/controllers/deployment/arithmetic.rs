//! How many, of which generation (`pkg/controller/deployment/util`).

use crate::api::Value;
use crate::api::int_or_string::{Rounding, scaled_value};

/// How many pods may be above and below the wanted number (`ResolveFenceposts`): surge rounds up, unavailable down, and
/// where both are none, one may be unavailable, since else nothing could move.
pub fn resolve_fenceposts(max_surge: &Value, max_unavailable: &Value, wanted: i64) -> (i64, i64) {
    let surge = scaled_value(max_surge, wanted, Rounding::Up);
    let unavailable = scaled_value(max_unavailable, wanted, Rounding::Down);
    if surge == 0 && unavailable == 0 { (0, 1) } else { (surge, unavailable) }
}

/// How many replicas the new ReplicaSet gets next (`NewRSNewReplicas`): all at once for Recreate, as far as the surge
/// allows for RollingUpdate. `total` counts the replicas of all ReplicaSets, the new one included.
pub fn new_rs_new_replicas(rolling: bool, max_surge: &Value, wanted: i64, total: i64, new_rs: i64) -> i64 {
    if !rolling {
        return wanted;
    }
    let most = wanted + scaled_value(max_surge, wanted, Rounding::Up);
    if total >= most {
        return new_rs;
    }
    new_rs + (most - total).min(wanted - new_rs)
}

/// The share of `to_add` that falls to one ReplicaSet when a Deployment is scaled in the middle of a rollout
/// (`GetReplicaSetProportion`). `annotated_max` is the most that the Deployment allowed when it was scaled last.
pub fn replica_set_proportion(
    rs_replicas: i64,
    deployment_replicas: i64,
    max_surge: i64,
    annotated_max: Option<i64>,
    status_replicas: i64,
    to_add: i64,
    added: i64,
) -> i64 {
    if rs_replicas == 0 || to_add == 0 || to_add == added {
        return 0;
    }
    let fraction = replica_set_fraction(rs_replicas, deployment_replicas, max_surge, annotated_max, status_replicas);
    let allowed = to_add - added;
    if to_add > 0 { fraction.min(allowed) } else { fraction.max(allowed) }
}

pub(super) fn replica_set_fraction(
    rs_replicas: i64,
    deployment_replicas: i64,
    max_surge: i64,
    annotated_max: Option<i64>,
    status_replicas: i64,
) -> i64 {
    if deployment_replicas == 0 {
        return -rs_replicas;
    }
    let target = deployment_replicas + max_surge;
    let annotated = match annotated_max {
        Some(max) if max > 0 => max,
        // Without the annotation, as many as there were.
        _ if status_replicas > 0 => status_replicas,
        _ => return 0,
    };
    let share = (rs_replicas * target) as f64 / annotated as f64;
    share.round() as i64 - rs_replicas
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_round_in_favour_of_progress() {
        let p = |t: &str| Value::from(t);
        assert_eq!(resolve_fenceposts(&p("25%"), &p("25%"), 3), (1, 0));
        assert_eq!(resolve_fenceposts(&p("0%"), &p("10%"), 3), (0, 1));
        assert_eq!(resolve_fenceposts(&2.into(), &1.into(), 10), (2, 1));
        assert_eq!(new_rs_new_replicas(true, &1.into(), 3, 3, 0), 1);
        assert_eq!(new_rs_new_replicas(true, &1.into(), 3, 4, 1), 1);
        assert_eq!(new_rs_new_replicas(false, &1.into(), 3, 9, 0), 3);
    }
    #[test]
    fn shares_are_rounded_and_leave_the_rest_to_others() {
        // A ReplicaSet's size, the Deployment's, how many more it may have, of how many that was a part; what is to be added and has been.
        for (size, wanted, surge, most, to_add, added, share) in [
            (5, 20, 3, Some(13), 10, 0, 4),
            (5, 20, 3, Some(13), 10, 8, 2),
            (5, 20, 3, None, 10, 0, 3),
            (5, 5, 0, Some(13), -8, 0, -3),
            (5, 5, 0, Some(13), -8, -7, -1),
            (5, 0, 0, Some(13), -13, 0, -5),
            (5, 20, 3, Some(13), 10, 10, 0),
        ] {
            assert_eq!(replica_set_proportion(size, wanted, surge, most, 14, to_add, added), share, "{size} of {most:?} to {wanted}");
        }
    }
}

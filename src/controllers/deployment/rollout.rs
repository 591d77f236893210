//! How the generations trade places: scaling, the rolling update and recreation.

use super::{MAX, Sync, arithmetic, replicas_of, status_count};
use crate::api::{Object, Status, Value, has_ended, kinds};
use crate::base::{List as _, Order as _, Time};
use crate::server::EventType;

impl Sync<'_> {
    /// Whether the wanted number changed since the ReplicaSets were scaled last (`isScalingEvent`).
    pub(super) fn is_scaling_event(&self) -> bool {
        let wanted = self.wanted().to_string();
        self.owned.iter().any(|s| replicas_of(s) > 0 && s.annotation(super::DESIRED).is_some_and(|d| d != wanted))
    }

    /// Scales without rolling: when paused, and when only the number changed.
    pub(super) fn sync(&mut self) -> Result<Option<Time>, Status> {
        self.new_replica_set(false)?;
        self.scale_all()?;
        if self.deployment.at(&["spec", "paused"]).is_true() {
            self.clean_up()?;
        }
        self.write_status()
    }

    /// RollingUpdate (`rolloutRolling`).
    pub(super) fn roll_rolling(&mut self) -> Result<Option<Time>, Status> {
        let Some(new) = self.new_replica_set(true)? else { return Ok(None) };
        let total = self.asked();
        if self.scale_new(&new, total)? || self.scale_down_old()? {
            return self.write_rollout_status();
        }
        if self.is_complete(self.deployment.get("status")) {
            self.clean_up()?;
        }
        self.write_rollout_status()
    }

    /// Recreate (`rolloutRecreate`): all of the old go before the first of the new comes.
    pub(super) fn roll_recreate(&mut self) -> Result<Option<Time>, Status> {
        self.new_replica_set(false)?;
        let mut scaled = false;
        for set in self.find_old().iter().filter(|s| replicas_of(s) > 0) {
            scaled |= self.scale(set, 0)?;
        }
        if scaled || self.old_pods_left() {
            return self.write_rollout_status();
        }
        if let Some(new) = self.new_replica_set(true)? {
            let wanted = self.wanted();
            if replicas_of(&new) != wanted {
                self.scale(&new, wanted)?;
            }
        }
        if self.is_complete(self.deployment.get("status")) {
            self.clean_up()?;
        }
        self.write_rollout_status()
    }

    pub(super) fn old_pods_left(&self) -> bool {
        let counted = |s: &Value| status_count(s, "replicas") > 0;
        self.find_old().iter().any(|s| counted(s) || self.api.owned_by(s.uid(), kinds::POD).any(|p| !has_ended(p)))
    }

    /// Brings the new ReplicaSet nearer to the wanted number; whether it did anything.
    pub(super) fn scale_new(&mut self, new: &Value, total: i64) -> Result<bool, Status> {
        let wanted = self.wanted();
        let now = replicas_of(new);
        let next = match now.cmp(&wanted) {
            std::cmp::Ordering::Equal => return Ok(false),
            std::cmp::Ordering::Greater => wanted,
            std::cmp::Ordering::Less => {
                let surge = self.deployment.at(&["spec", "strategy", "rollingUpdate", "maxSurge"]).clone();
                arithmetic::new_rs_new_replicas(true, &surge, wanted, total, now)
            }
        };
        // What it may have at most is written beside a new number only.
        if next == now { Ok(false) } else { self.scale(new, next) }
    }

    /// Takes down as many of the old as availability allows, those that are not ready first (`reconcileOldReplicaSets`).
    pub(super) fn scale_down_old(&mut self) -> Result<bool, Status> {
        let old_replicas: i64 = self.find_old().iter().map(replicas_of).sum();
        if old_replicas == 0 {
            return Ok(false);
        }
        let Some(new) = self.find_new() else { return Ok(false) };
        let all = self.asked();
        let least = self.wanted() - self.max_unavailable();
        let new_unavailable = replicas_of(&new) - status_count(&new, "availableReplicas");
        let most = all - least - new_unavailable;
        if most <= 0 {
            return Ok(false);
        }
        let mut cleaned = 0;
        for set in self.find_old() {
            if cleaned >= most {
                break;
            }
            let unready = replicas_of(&set) - status_count(&set, "availableReplicas");
            if replicas_of(&set) == 0 || unready == 0 {
                continue;
            }
            // Its status is still that of a larger size: what is available cannot be told yet.
            if unready < 0 {
                return Ok(false);
            }
            let count = unready.min(most - cleaned);
            self.scale(&set, replicas_of(&set) - count)?;
            cleaned += count;
        }
        let available: i64 = self.owned.iter().map(|s| status_count(s, "availableReplicas")).sum();
        let mut left = (available - least).max(0);
        let mut scaled = 0;
        for set in self.find_old() {
            if left == 0 {
                break;
            }
            if replicas_of(&set) == 0 {
                continue;
            }
            let count = replicas_of(&set).min(left);
            self.scale(&set, replicas_of(&set) - count)?;
            left -= count;
            scaled += count;
        }
        Ok(cleaned + scaled > 0)
    }

    /// Scales in place: the one active ReplicaSet, or all of them in proportion in the middle of a rollout (`scale`).
    pub(super) fn scale_all(&mut self) -> Result<(), Status> {
        let wanted = self.wanted();
        let active: Vec<Value> = self.owned.iter().filter(|s| replicas_of(s) > 0).cloned().list();
        let only = match active.as_slice() {
            [] => self.find_new().or_else(|| self.owned.last().cloned()),
            [one] => Some(one.clone()),
            _ => None,
        };
        if let Some(set) = only {
            if replicas_of(&set) != wanted {
                self.scale(&set, wanted)?;
            }
            return Ok(());
        }
        if let Some(new) = self.find_new().filter(|n| self.is_saturated(n)) {
            for set in self.find_old().iter().filter(|s| replicas_of(s) > 0 && s.uid() != new.uid()) {
                self.scale(set, 0)?;
            }
            return Ok(());
        }
        if self.deployment.at(&["spec", "strategy", "type"]).str() == "Recreate" {
            return Ok(());
        }
        self.scale_in_proportion(active)
    }

    fn scale_in_proportion(&mut self, mut active: Vec<Value>) -> Result<(), Status> {
        let total = self.asked();
        let allowed = if self.wanted() > 0 { self.wanted() + self.max_surge() } else { 0 };
        let to_add = allowed - total;
        // Growing, the largest and then the newest come first; shrinking, the largest and then the oldest.
        active.order_by(|a, b| {
            let ages = if to_add > 0 { super::by_age(b, a) } else { super::by_age(a, b) };
            replicas_of(b).cmp(&replicas_of(a)).then(ages)
        });
        let mut added = 0;
        let mut sizes: Vec<(Value, i64)> = Vec::new();
        for set in active {
            let mut size = replicas_of(&set);
            if to_add != 0 {
                let annotated = set.annotation(MAX).and_then(|m| m.parse().ok());
                let status_replicas = self.deployment.at(&["status", "replicas"]).int();
                let share =
                    arithmetic::replica_set_proportion(size, self.wanted(), self.max_surge(), annotated, status_replicas, to_add, added);
                size += share;
                added += share;
            }
            sizes.push((set, size));
        }
        if let Some((_, size)) = sizes.first_mut().filter(|_| to_add != 0) {
            *size = (*size + to_add - added).max(0);
        }
        for (set, size) in sizes {
            self.scale(&set, size)?;
        }
        Ok(())
    }

    /// Whether a ReplicaSet has all that was asked of it, and all available.
    fn is_saturated(&self, set: &Value) -> bool {
        let desired = set.annotation(super::DESIRED).and_then(|d| d.parse::<i64>().ok());
        replicas_of(set) == self.wanted() && desired == Some(self.wanted()) && status_count(set, "availableReplicas") == self.wanted()
    }

    /// Sets a ReplicaSet's size, with its event; whether the size changed.
    fn scale(&mut self, set: &Value, size: i64) -> Result<bool, Status> {
        let before = replicas_of(set);
        let mut next = set.clone();
        self.set_replicas_annotations(&mut next);
        if before != size {
            next.set(&["spec", "replicas"], size);
        }
        if next.same(set) {
            return Ok(false);
        }
        let asked = self.asked();
        self.asked_before.get_or_insert(asked);
        self.update_replica_set(next)?;
        if before != size {
            let direction = if before < size { "up" } else { "down" };
            let message = format!("Scaled {direction} replica set {} from {before} to {size}", set.name());
            self.event(EventType::Normal, "ScalingReplicaSet", &message);
        }
        Ok(before != size)
    }

    /// Pods that are on their way out but have not ended, as the owned ReplicaSets count them.
    pub(super) fn terminating(&self) -> i64 {
        self.owned.iter().map(|set| status_count(set, "terminatingReplicas")).sum()
    }
}

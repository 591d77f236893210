//! The scheduler: queue, node cache, cycle, preemption and plugins. Nothing here may know how pods run.

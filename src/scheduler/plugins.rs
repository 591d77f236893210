//! The plugins of the default profile, one file each.

pub mod dynamic_resources;
pub mod image_locality;
pub mod inter_pod_affinity;
pub mod node_affinity;
pub mod node_name;
pub mod node_ports;
pub mod node_resources_balanced_allocation;
pub mod node_resources_fit;
pub mod node_unschedulable;
pub mod pod_topology_spread;
pub mod priority_sort;
pub mod scheduling_gates;
pub mod taint_toleration;
pub mod volume_binding;
pub mod volume_restrictions;
pub mod volume_zone;

use super::framework::Plugin;

/// A plugin's place in [`PLUGINS`].
pub type PluginId = u8;

/// NodeUnschedulable's place.
pub const NODE_UNSCHEDULABLE: PluginId = 0;
/// NodeName's place.
pub const NODE_NAME: PluginId = 1;
/// TaintToleration's place.
pub const TAINT_TOLERATION: PluginId = 2;
/// NodeAffinity's place.
pub const NODE_AFFINITY: PluginId = 3;
/// NodePorts' place.
pub const NODE_PORTS: PluginId = 4;
/// NodeResourcesFit's place.
pub const NODE_RESOURCES_FIT: PluginId = 5;
/// VolumeRestrictions' place.
pub const VOLUME_RESTRICTIONS: PluginId = 6;
/// VolumeBinding's place.
pub const VOLUME_BINDING: PluginId = 7;
/// VolumeZone's place.
pub const VOLUME_ZONE: PluginId = 8;
/// PodTopologySpread's place.
pub const POD_TOPOLOGY_SPREAD: PluginId = 9;
/// InterPodAffinity's place.
pub const INTER_POD_AFFINITY: PluginId = 10;
/// DynamicResources' place.
pub const DYNAMIC_RESOURCES: PluginId = 11;
/// NodeResourcesBalancedAllocation's place.
pub const NODE_RESOURCES_BALANCED_ALLOCATION: PluginId = 12;

/// Plugins that filter or score, in the order of the default profile.
pub static PLUGINS: &[&dyn Plugin] = &[
    &node_unschedulable::NodeUnschedulable,
    &node_name::NodeName,
    &taint_toleration::TaintToleration,
    &node_affinity::NodeAffinity,
    &node_ports::NodePorts,
    &node_resources_fit::NodeResourcesFit,
    &volume_restrictions::VolumeRestrictions,
    &volume_binding::VolumeBinding,
    &volume_zone::VolumeZone,
    &pod_topology_spread::PodTopologySpread,
    &inter_pod_affinity::InterPodAffinity,
    &dynamic_resources::DynamicResources,
    &node_resources_balanced_allocation::NodeResourcesBalancedAllocation,
    &image_locality::ImageLocality,
];

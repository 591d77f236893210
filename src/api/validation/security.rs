//! Security contexts of pods and containers.

use std::collections::BTreeSet;

use super::super::Value;
use super::path::{Errors, Path};
use super::volumes::relative_path;

const ID_RANGE: &str = "must be between 0 and 2147483647, inclusive";

fn id(errors: &mut Errors, at: Path<'_>, value: &Value) {
    if value.as_int().is_some_and(|i| !(0..=i64::from(i32::MAX)).contains(&i)) {
        errors.invalid(at, value, ID_RANGE);
    }
}

/// A container's `securityContext`.
pub(super) fn security_context(errors: &mut Errors, at: Path<'_>, context: &Value, host_users: bool) {
    if context.is_null() {
        return;
    }
    for key in ["runAsUser", "runAsGroup"] {
        id(errors, at.child(key), context.get(key));
    }
    let mount = context.get("procMount");
    if !mount.is_null() {
        if !matches!(mount.str(), "Default" | "Unmasked") {
            errors.not_supported(at.child("procMount"), mount, &["Default", "Unmasked"]);
        }
        if host_users && mount.str() == "Unmasked" {
            errors.invalid(at.child("procMount"), mount, "`hostUsers` must be false to use `Unmasked`");
        }
    }
    seccomp_profile(errors, at.child("seccompProfile"), context.get("seccompProfile"));
    if context.get("allowPrivilegeEscalation").as_bool() == Some(false) {
        if context.get("privileged").is_true() {
            errors.invalid(at, context, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
        }
        if context.at(&["capabilities", "add"]).items().iter().any(|c| c.str() == "CAP_SYS_ADMIN") {
            errors.invalid(at, context, "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
        }
    }
    app_armor_profile(errors, at.child("appArmorProfile"), context.get("appArmorProfile"));
}

/// A pod's `securityContext`; `spec` has the host's namespaces.
pub(super) fn pod_security_context(errors: &mut Errors, at: Path<'_>, spec: &Value) {
    let context = spec.get("securityContext");
    for key in ["fsGroup", "runAsUser", "runAsGroup"] {
        id(errors, at.child(key), context.get(key));
    }
    let groups = at.child("supplementalGroups");
    for (i, group) in context.get("supplementalGroups").items().iter().enumerate() {
        id(errors, groups.index(i), group);
    }
    if spec.get("shareProcessNamespace").is_true() && spec.get("hostPID").is_true() {
        errors.invalid(at.child("shareProcessNamespace"), true, "ShareProcessNamespace and HostPID cannot both be enabled");
    }
    sysctls(errors, at.child("sysctls"), spec);
    closed(errors, at.child("fsGroupChangePolicy"), context.get("fsGroupChangePolicy"), &["Always", "OnRootMismatch"]);
    seccomp_profile(errors, at.child("seccompProfile"), context.get("seccompProfile"));
    app_armor_profile(errors, at.child("appArmorProfile"), context.get("appArmorProfile"));
    closed(errors, at.child("supplementalGroupsPolicy"), context.get("supplementalGroupsPolicy"), &["Merge", "Strict"]);
    closed(errors, at.child("seLinuxChangePolicy"), context.get("seLinuxChangePolicy"), &["MountOption", "Recursive"]);
}

/// A text from a closed set that may be absent.
pub(super) fn closed(errors: &mut Errors, at: Path<'_>, value: &Value, supported: &[&str]) {
    if let Some(text) = value.as_str()
        && !supported.contains(&text)
    {
        errors.not_supported(at, text, supported);
    }
}

const SYSCTL: &str =
    "must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";

fn sysctls(errors: &mut Errors, at: Path<'_>, spec: &Value) {
    let mut seen = BTreeSet::new();
    for (i, sysctl) in spec.at(&["securityContext", "sysctls"]).items().iter().enumerate() {
        let list = at.index(i);
        let at = list.child("name");
        let name = sysctl.get("name").str();
        let segment = |part: &str| {
            let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
            part.starts_with(word) && part.ends_with(word) && part.chars().all(|c| word(c) || c == '-' || c == '_')
        };
        if name.is_empty() {
            errors.required(at, "");
        } else if name.len() > 253 || !name.split(['.', '/']).all(segment) {
            errors.invalid(at, name, SYSCTL);
        } else if !seen.insert(name) {
            errors.duplicate(at, name);
        }
        let dotted = name.replace('/', ".");
        let is_ipc = dotted.starts_with("kernel.shm")
            || dotted.starts_with("kernel.msg")
            || dotted == "kernel.sem"
            || dotted.starts_with("fs.mqueue.");
        if spec.get("hostNetwork").is_true() && dotted.starts_with("net.") {
            errors.invalid(at, name, "may not be specified when 'hostNetwork' is true");
        } else if spec.get("hostIPC").is_true() && is_ipc {
            errors.invalid(at, name, "may not be specified when 'hostIPC' is true");
        }
    }
}

const PROFILES: [&str; 3] = ["Localhost", "RuntimeDefault", "Unconfined"];

fn seccomp_profile(errors: &mut Errors, at: Path<'_>, profile: &Value) {
    if profile.is_null() {
        return;
    }
    match profile.get("type").str() {
        "" => errors.required(at.child("type"), "type is required when seccompProfile is set"),
        kind if !PROFILES.contains(&kind) => errors.not_supported(at.child("type"), kind, &PROFILES),
        _ => {}
    }
    let file = profile.get("localhostProfile");
    if profile.get("type").str() == "Localhost" {
        match file.as_str() {
            None => errors.required(at.child("localhostProfile"), "must be set when seccomp type is Localhost"),
            Some(path) => relative_path(errors, at.child("localhostProfile"), path),
        }
    } else if !file.is_null() {
        let value = crate::obj!({"LocalhostProfile": file, "Type": profile.get("type")});
        errors.invalid(at.child("localhostProfile"), value, "can only be set when seccomp type is Localhost");
    }
}

fn app_armor_profile(errors: &mut Errors, at: Path<'_>, profile: &Value) {
    if profile.is_null() {
        return;
    }
    let file = profile.get("localhostProfile");
    match profile.get("type").str() {
        "Localhost" => match file.as_str() {
            None => errors.required(at.child("localhostProfile"), "must be set when AppArmor type is Localhost"),
            Some(name) => {
                if name.trim() != name {
                    errors.invalid(at.child("localhostProfile"), name, "must not be padded with whitespace");
                } else if name.is_empty() {
                    errors.required(at.child("localhostProfile"), "must be set when AppArmor type is Localhost");
                }
                if name.len() > 4095 {
                    errors.too_long(at.child("localhostProfile"), 4095);
                }
            }
        },
        "RuntimeDefault" | "Unconfined" => {
            if !file.is_null() {
                errors.invalid(at.child("localhostProfile"), file, "can only be set when AppArmor type is Localhost");
            }
        }
        "" => errors.required(at.child("type"), "type is required when appArmorProfile is set"),
        kind => errors.not_supported(at.child("type"), kind, &PROFILES),
    }
}

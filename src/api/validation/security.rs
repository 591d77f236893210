//! Security contexts of pods and containers.

use super::super::{Value, names};
use super::path::{Errors, Path};
use super::volumes::relative_path;
use crate::api::well_known::APP_ARMOR_PREFIX;
use crate::base::SortedSet;

const ID_RANGE: &str = "must be between 0 and 2147483647, inclusive";

/// A user's or a group's number.
pub(super) fn id(errors: &mut Errors, at: Path<'_>, value: &Value) {
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
        let mut refuse = |why: &str| errors.internal_invalid(at, ("core", "SecurityContext"), context, why);
        if context.get("privileged").is_true() {
            refuse("cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
        }
        if context.at(&["capabilities", "add"]).items().iter().any(|c| c.str() == "CAP_SYS_ADMIN") {
            refuse("cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
        }
    }
    windows_options(errors, at.child("windowsOptions"), context.get("windowsOptions"));
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
    windows_options(errors, at.child("windowsOptions"), context.get("windowsOptions"));
    app_armor_profile(errors, at.child("appArmorProfile"), context.get("appArmorProfile"));
    closed(errors, at.child("supplementalGroupsPolicy"), context.get("supplementalGroupsPolicy"), &["Merge", "Strict"]);
    closed(errors, at.child("seLinuxChangePolicy"), context.get("seLinuxChangePolicy"), &["Recursive"]);
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
    let mut seen = SortedSet::new();
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
        let why = "can only be set when seccomp type is Localhost";
        errors.internal_invalid(at.child("localhostProfile"), ("core", "SeccompProfile"), profile, why);
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

const USER_CHARS: &str = r#""/\:;|=,+*?<>@[]"#;

// Models validateWindowsSecurityContextOptions.
fn windows_options(errors: &mut Errors, at: Path<'_>, options: &Value) {
    let text = |key: &str| options.get(key).as_str();
    if let Some(name) = text("gmsaCredentialSpecName") {
        errors.each_invalid(at.child("gmsaCredentialSpecName"), name, names::dns1123_subdomain(name));
    }
    if let Some(spec) = text("gmsaCredentialSpec") {
        let at = at.child("gmsaCredentialSpec");
        if spec.is_empty() {
            errors.invalid(at, spec, "gmsaCredentialSpec cannot be an empty string");
        } else if spec.len() > 64 << 10 {
            errors.invalid(at, spec, "gmsaCredentialSpec size must be under 64 KiB");
        }
    }
    let Some(name) = text("runAsUserName") else { return };
    let mut wrong = |detail: &str| errors.invalid(at.child("runAsUserName"), name, &format!("runAsUserName{detail}"));
    let (domain, user) = name.split_once('\\').map_or((None, name), |(domain, user)| (Some(domain), user));
    if name.is_empty() {
        return wrong(" cannot be an empty string");
    } else if name.chars().any(|c| c.is_ascii_control()) {
        return wrong(" cannot contain control characters");
    } else if user.contains('\\') {
        return wrong(" cannot contain more than one backslash");
    }
    if let Some(domain) = domain {
        let length = domain.chars().count();
        let net_bios = (1..=15).contains(&length) && !domain.starts_with('.') && !domain.contains(|c| "\\/:*?\"<>|".contains(c));
        let label = |l: &str| {
            let word = |c: char| c.is_ascii_alphanumeric();
            l.len() <= 63 && l.starts_with(word) && l.ends_with(word) && l.chars().all(|c| word(c) || c == '-')
        };
        if domain.len() >= 256 {
            wrong("'s Domain length must be under 256 characters");
        }
        if !net_bios && !domain.split('.').all(label) {
            wrong("'s Domain doesn't match the NetBios nor the DNS format");
        }
    }
    if user.is_empty() {
        wrong("'s User cannot be empty");
    } else if user.len() > 104 {
        wrong("'s User length must not be longer than 104 characters");
    }
    if !user.is_empty() && user.chars().all(|c| c == '.' || c == ' ') {
        wrong("'s User cannot contain only periods or spaces");
    }
    if user.contains(|c| USER_CHARS.contains(c)) {
        wrong(&format!("'s User cannot contain the following characters: {USER_CHARS}"));
    }
}

/// Containers whose processes are the Windows host's own: all of a pod's, and in the host's network.
pub(super) fn host_process(errors: &mut Errors, at: Path<'_>, spec: &Value) {
    let flag = |v: &Value| v.at(&["securityContext", "windowsOptions", "hostProcess"]).as_bool();
    let of_pod = flag(spec);
    let (mut all, mut own) = (0, 0);
    each_container(spec, at, &mut |container, at| {
        all += 1;
        let of_container = flag(container);
        own += i32::from(of_container.or(of_pod) == Some(true));
        if let (Some(of_pod), Some(of_container)) = (of_pod, of_container)
            && of_pod != of_container
        {
            let at = at.child("securityContext");
            let at = at.child("windowsOptions");
            let detail = format!("pod hostProcess value must be identical if both are specified, was {of_pod}");
            errors.invalid(at.child("hostProcess"), of_container, &detail);
        }
    });
    if own > 0 && own != all {
        errors.invalid(at, "", "If pod contains any hostProcess containers then all containers must be HostProcess containers");
    }
    if own > 0 && !spec.get("hostNetwork").is_true() {
        errors.invalid(at.child("hostNetwork"), false, "hostNetwork must be true if pod contains any hostProcess containers");
    }
}

/// What a Windows pod may not have, in its security context or, marked so, in its spec.
const NOT_ON_WINDOWS: [(&str, bool); 15] = [
    ("appArmorProfile", false),
    ("seLinuxOptions", false),
    ("hostUsers", true),
    ("hostPID", true),
    ("hostIPC", true),
    ("seccompProfile", false),
    ("fsGroup", false),
    ("fsGroupChangePolicy", false),
    ("sysctls", false),
    ("shareProcessNamespace", true),
    ("runAsUser", false),
    ("runAsGroup", false),
    ("supplementalGroups", false),
    ("supplementalGroupsPolicy", false),
    ("seLinuxChangePolicy", false),
];
/// What a container of a Windows pod may not have in its security context.
const NOT_IN_WINDOWS: [&str; 10] = [
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "capabilities",
    "readOnlyRootFilesystem",
    "privileged",
    "allowPrivilegeEscalation",
    "procMount",
    "runAsUser",
    "runAsGroup",
];

/// `spec.os` and what does not fit to it (`validateLinux`, `validateWindows`).
pub(super) fn operating_system(errors: &mut Errors, at: Path<'_>, spec: &Value) {
    let os = spec.get("os");
    if os.is_null() {
        return;
    }
    match os.get("name").str() {
        "" => errors.required(at.child("os").child("name"), ""),
        "linux" | "windows" => {}
        name => errors.not_supported(at.child("os"), name, &["linux", "windows"]),
    }
    let context_at = at.child("securityContext");
    let context = spec.get("securityContext");
    const LINUX: &str = "windows options cannot be set for a linux pod";
    const WINDOWS: &str = "cannot be set for a windows pod";
    match os.get("name").str() {
        "linux" => {
            if !context.get("windowsOptions").is_null() {
                errors.forbidden(context_at.child("windowsOptions"), LINUX);
            }
            each_container(spec, at, &mut |container, at| {
                if !container.at(&["securityContext", "windowsOptions"]).is_null() {
                    errors.forbidden(at.child("securityContext").child("windowsOptions"), LINUX);
                }
            });
        }
        "windows" => {
            for (key, in_spec) in NOT_ON_WINDOWS {
                let value = if in_spec { spec.get(key) } else { context.get(key) };
                let unset = match value {
                    Value::Bool(false) => matches!(key, "hostPID" | "hostIPC"),
                    Value::List(list) => list.is_empty(),
                    value => value.is_null(),
                };
                if !unset {
                    errors.forbidden(if in_spec { at.child(key) } else { context_at.child(key) }, WINDOWS);
                }
            }
            each_container(spec, at, &mut |container, at| {
                let at = at.child("securityContext");
                for key in NOT_IN_WINDOWS {
                    if !container.at(&["securityContext", key]).is_null() {
                        errors.forbidden(at.child(key), WINDOWS);
                    }
                }
            });
        }
        _ => {}
    }
}

/// Calls back for every container with its path, in the order of the server: init containers first.
pub(super) fn each_container(spec: &Value, at: Path<'_>, visit: &mut dyn FnMut(&Value, Path<'_>)) {
    for key in ["initContainers", "containers", "ephemeralContainers"] {
        let list = at.child(key);
        for (i, container) in spec.get(key).items().iter().enumerate() {
            visit(container, list.index(i));
        }
    }
}

const SECCOMP_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP_CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";

/// Seccomp profiles as annotations told them before there were fields.
pub(super) fn seccomp_annotations(errors: &mut Errors, at: Path<'_>, annotations: &Value) {
    for (key, profile) in annotations.entries() {
        if key != SECCOMP_POD && !key.starts_with(SECCOMP_CONTAINER) {
            continue;
        }
        let (at, profile) = (at.child(key), profile.str());
        match profile.strip_prefix("localhost/") {
            Some(path) => relative_path(errors, at, path),
            None if matches!(profile, "runtime/default" | "docker/default" | "unconfined") => {}
            None => errors.invalid(at, profile, "must be a valid seccomp profile"),
        }
    }
}

/// Whether a profile's annotation says what its field says.
fn profiles_match(errors: &mut Errors, at: Path<'_>, what: &str, annotation: &str, field: &Value) {
    let differs = |errors: &mut Errors, key: &str, what2: &str| {
        errors.forbidden(at.child(key), &format!("{what} {what2} in annotation and field must match"));
    };
    match field.get("type").str() {
        "Localhost" => match annotation.strip_prefix("localhost/") {
            None => differs(errors, "type", "type"),
            Some(file) if field.get("localhostProfile").as_str() != Some(file) => differs(errors, "localhostProfile", "profile"),
            Some(_) => {}
        },
        "RuntimeDefault" if annotation != "runtime/default" && (what == "apparmor" || annotation != "docker/default") => {
            differs(errors, "type", "type");
        }
        "Unconfined" if annotation != "unconfined" => differs(errors, "type", "type"),
        _ => {}
    }
}

/// Profiles that are told twice, in annotations and in fields, must be the same.
pub(super) fn profile_annotations(errors: &mut Errors, at: Path<'_>, annotations: &Value, spec: &Value) {
    const SECCOMP: [&str; 2] = ["securityContext", "seccompProfile"];
    const ARMOR: [&str; 2] = ["securityContext", "appArmorProfile"];
    let told = |key: &str| annotations.get(key).as_str();
    if let Some(annotation) = told(SECCOMP_POD).filter(|_| !spec.at(&SECCOMP).is_null()) {
        let at = at.child("securityContext");
        profiles_match(errors, at.child("seccompProfile"), "seccomp", annotation, spec.at(&SECCOMP));
    }
    let kinds = [(SECCOMP_CONTAINER, SECCOMP, "seccomp"), (APP_ARMOR_PREFIX, ARMOR, "apparmor")];
    let windows = spec.at(&["os", "name"]).str() == "windows";
    for (prefix, path, what) in kinds.into_iter().take(1 + usize::from(!windows)) {
        each_container(spec, at, &mut |container, at| {
            let own = container.at(&path);
            let field = if own.is_null() && what == "apparmor" { spec.at(&path) } else { own };
            if let Some(annotation) = told(&format!("{prefix}{}", container.get("name").str())).filter(|_| !field.is_null()) {
                let at = at.child(path[0]);
                profiles_match(errors, at.child(path[1]), what, annotation, field);
            }
        });
    }
}

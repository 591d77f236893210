//! What is projected into volumes: fields and resources of the pod, tokens, bundles of certificates and certificates.

use super::super::{Quantity, Value, names};
use super::meta::{annotations, label_selector};
use super::path::{Errors, Path};
use super::volumes::{key_to_path, mode, need, own_path};
use crate::base::{Case as _, SortedSet};

const FILE_FIELDS: [&str; 5] = ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];

pub(super) fn downward_file(errors: &mut Errors, at: Path<'_>, file: &Value) {
    need(errors, at, file, &["path"]);
    own_path(errors, at.child("path"), file.get("path").str());
    let (field, resource) = (file.get("fieldRef"), file.get("resourceFieldRef"));
    if !field.is_null() {
        field_selector(errors, at.child("fieldRef"), field, &FILE_FIELDS);
        if !resource.is_null() {
            errors.invalid(at, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
        }
    } else if !resource.is_null() {
        resource_field(errors, at.child("resourceFieldRef"), resource, true);
    } else {
        errors.required(at, "one of fieldRef and resourceFieldRef is required");
    }
    mode(errors, at.child("mode"), file.get("mode"));
}

/// A field of the pod, for an environment variable or a file. `fields` are those that may be named without a subscript.
// Models validateObjectFieldSelector and ConvertDownwardAPIFieldLabel.
pub(super) fn field_selector(errors: &mut Errors, at: Path<'_>, selector: &Value, fields: &[&str]) {
    for key in ["apiVersion", "fieldPath"] {
        if selector.get(key).is_empty() {
            return errors.required(at.child(key), "");
        }
    }
    let (version, path) = (selector.get("apiVersion").str(), selector.get("fieldPath").str());
    if version != "v1" {
        return errors.invalid(at.child("fieldPath"), path, &format!("error converting fieldPath: unsupported pod version: {version}"));
    }
    let subscripted = path.strip_suffix("']").and_then(|p| p.split_once("['"));
    let known = match subscripted {
        Some((head, _)) => matches!(head, "metadata.annotations" | "metadata.labels"),
        None => {
            matches!(
                path,
                "metadata.annotations"
                    | "metadata.labels"
                    | "metadata.name"
                    | "metadata.namespace"
                    | "metadata.uid"
                    | "spec.nodeName"
                    | "spec.restartPolicy"
                    | "spec.serviceAccountName"
                    | "spec.schedulerName"
                    | "status.phase"
                    | "status.hostIP"
                    | "status.hostIPs"
                    | "status.podIP"
                    | "status.podIPs"
                    | "spec.host"
            )
        }
    };
    if !known {
        let why = match subscripted {
            Some(_) => format!("field label does not support subscript: {path}"),
            None => format!("field label not supported: {path}"),
        };
        return errors.invalid(at.child("fieldPath"), path, &format!("error converting fieldPath: {why}"));
    }
    match subscripted {
        Some(("metadata.annotations", key)) => errors.each_invalid(at, &key.lower(), names::qualified_name(&key.lower())),
        Some((_, key)) => errors.each_invalid(at, key, names::qualified_name(key)),
        None => {
            let path = if path == "spec.host" { "spec.nodeName" } else { path };
            if !fields.contains(&path) {
                errors.not_supported(at.child("fieldPath"), path, fields);
            }
        }
    }
}

const RESOURCE_FIELDS: [&str; 6] =
    ["limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"];
const DIVISORS: [&str; 13] = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];

/// A container's resource, for an environment variable or a file.
pub(super) fn resource_field(errors: &mut Errors, at: Path<'_>, selector: &Value, in_volume: bool) {
    let resource = selector.get("resource").str();
    let is_huge = resource.starts_with("requests.hugepages-") || resource.starts_with("limits.hugepages-");
    if in_volume && selector.get("containerName").is_empty() {
        errors.required(at.child("containerName"), "");
    } else if resource.is_empty() {
        errors.required(at.child("resource"), "");
    } else if !RESOURCE_FIELDS.contains(&resource) && !is_huge {
        errors.not_supported(at.child("resource"), resource, &RESOURCE_FIELDS);
    }
    let divisor = Quantity::of(selector.get("divisor"));
    if divisor.is_zero() {
        return;
    }
    let text = divisor.to_string();
    let of = match resource {
        "limits.cpu" | "requests.cpu" => {
            if text != "1m" && text != "1" {
                errors.invalid(at.child("divisor"), resource, "only divisor's values 1m and 1 are supported with the cpu resource");
            }
            return;
        }
        "limits.memory" | "requests.memory" => "memory",
        "limits.ephemeral-storage" | "requests.ephemeral-storage" => "local ephemeral storage",
        _ if is_huge => "hugepages",
        _ => return,
    };
    if !DIVISORS.contains(&text.as_str()) {
        let detail =
            format!("only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the {of} resource");
        errors.invalid(at.child("divisor"), resource, &detail);
    }
}

pub(super) fn projections(errors: &mut Errors, at: Path<'_>, projected: &Value) {
    let list = at.child("sources");
    let mut paths: SortedSet<String> = SortedSet::new();
    for (i, source) in projected.get("sources").items().iter().enumerate() {
        let source_at = list.index(i);
        let mut sources = 0;
        for key in ["secret", "configMap"] {
            let projection = source.get(key);
            if projection.is_null() {
                continue;
            }
            sources += 1;
            let own = source_at.child(key);
            need(errors, own, projection, &["name"]);
            let items = own.child("items");
            for (j, item) in projection.get("items").items().iter().enumerate() {
                key_to_path(errors, items.index(j), item);
                let path = item.get("path").str();
                if !path.is_empty() && !paths.insert(path.to_owned()) {
                    errors.invalid(at, projection.get("name").str(), "conflicting duplicate paths");
                }
            }
        }
        let downward = source.get("downwardAPI");
        if !downward.is_null() {
            sources += 1;
            for file in downward.get("items").items() {
                downward_file(errors, source_at.child("downwardAPI"), file);
                let path = file.get("path").str();
                if !path.is_empty() && !paths.insert(path.to_owned()) {
                    errors.invalid(at, path, "conflicting duplicate paths");
                }
            }
        }
        let token = source.get("serviceAccountToken");
        if !token.is_null() {
            sources += 1;
            let own = source_at.child("serviceAccountToken");
            token_expiration(errors, own.child("expirationSeconds"), token.get("expirationSeconds").int());
            match token.get("path").str() {
                "" => errors.required(at.child("path"), ""),
                path => own_path(errors, at.child("path"), path),
            }
        }
        let mut path = |errors: &mut Errors, own: Path<'_>, source: &Value, key: &str| {
            let path = source.get(key).str();
            own_path(errors, own.child(key), path);
            if !paths.insert(path.to_owned()) {
                errors.invalid(at, path, "conflicting duplicate paths");
            }
        };
        let bundle = source.get("clusterTrustBundle");
        if !bundle.is_null() {
            sources += 1;
            let own = source_at.child("clusterTrustBundlePEM");
            trust_bundle(errors, own, bundle);
            need(errors, own, bundle, &["path"]);
            path(errors, own, bundle, "path");
        }
        let certificate = source.get("podCertificate");
        if !certificate.is_null() {
            sources += 1;
            let own = source_at.child("podCertificate");
            pod_certificate(errors, own, certificate);
            let keys = ["credentialBundlePath", "keyPath", "certificateChainPath"];
            if keys.iter().all(|k| certificate.get(k).is_empty()) {
                errors.required(own, "specify at least one of credentialBundlePath, keyPath, and certificateChainPath");
            }
            for key in keys.into_iter().filter(|k| !certificate.get(k).is_empty()) {
                path(errors, own, certificate, key);
            }
            annotations(errors, own.child("userAnnotations"), certificate.get("userAnnotations"));
        }
        if sources > 1 {
            errors.forbidden(source_at, "may not specify more than 1 volume type per source");
        }
    }
}

/// How long a token is good, in seconds.
pub(super) fn token_expiration(errors: &mut Errors, at: Path<'_>, seconds: i64) {
    if seconds < 600 {
        errors.invalid(at, seconds, "may not specify a duration less than 10 minutes");
    }
    if seconds > 1 << 32 {
        errors.invalid(at, seconds, "may not specify a duration larger than 2^32 seconds");
    }
}

fn trust_bundle(errors: &mut Errors, at: Path<'_>, bundle: &Value) {
    let selector = bundle.get("labelSelector");
    match (bundle.get("name").as_str(), bundle.get("signerName").as_str()) {
        (Some(_), Some(_)) => {
            errors.internal_invalid(at, ("core", "ClusterTrustBundleProjection"), bundle, "only one of name and signerName may be used");
        }
        (Some(name), None) => {
            if name.is_empty() {
                errors.required(at.child("name"), "must be a valid object name");
            }
            // A bundle of a signer is called after it.
            let own = name.rsplit_once(':').map_or(name, |(_, own)| own);
            for wrong in names::dns1123_subdomain(own) {
                errors.invalid(at.child("name"), name, &format!("not a valid clustertrustbundlename: {wrong}"));
            }
            if !selector.is_null() {
                let detail = "labelSelector must be unset if name is specified";
                errors.internal_invalid(at.child("labelSelector"), ("meta", "LabelSelector"), selector, detail);
            }
        }
        (None, Some(signer)) => {
            if signer.is_empty() {
                errors.required(at.child("signerName"), "must be a valid signer name");
            }
            signer_name(errors, at.child("signerName"), signer);
            label_selector(errors, at.child("labelSelector"), selector);
        }
        (None, None) => errors.required(at, "either name or signerName must be specified"),
    }
}

const KEY_TYPES: [&str; 6] = ["RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519"];

fn pod_certificate(errors: &mut Errors, at: Path<'_>, certificate: &Value) {
    let signer = certificate.get("signerName").str();
    signer_name(errors, at.child("signerName"), signer);
    if !KEY_TYPES.contains(&certificate.get("keyType").str()) {
        errors.not_supported(at.child("keyType"), certificate.get("keyType").str(), &KEY_TYPES);
    }
    if let Some(seconds) = certificate.get("maxExpirationSeconds").as_int() {
        let at = at.child("maxExpirationSeconds");
        let kubernetes = signer.starts_with("kubernetes.io/");
        let most = if kubernetes { 86_400 } else { 7_862_400 };
        if seconds < 3600 {
            errors.invalid(at, seconds, "if specified, maxExpirationSeconds must be >= 3600");
        } else if seconds > most {
            let who = if kubernetes { " for kubernetes.io signers" } else { "" };
            errors.invalid(at, seconds, &format!("if specified, maxExpirationSeconds must be <= {most}{who}"));
        }
    }
}

/// A signer of certificates: a domain and a path (`ValidateSignerName`).
pub(super) fn signer_name(errors: &mut Errors, at: Path<'_>, name: &str) {
    let Some((domain, path)) = name.split_once('/').filter(|(_, path)| !path.contains('/')) else {
        if name.is_empty() {
            return errors.required(at, "");
        }
        return errors.invalid(at, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
    };
    if domain.len() > 253 {
        errors.too_long(at, 253);
    }
    type Rule = fn(&str) -> Vec<String>;
    for (part, rule) in [(domain, names::dns1123_label as Rule), (path, names::dns1123_subdomain)] {
        let wrong = part.split('.').map(|label| (label, rule(label))).find(|(_, wrong)| !wrong.is_empty());
        for (label, wrong) in wrong.iter().flat_map(|(label, list)| list.iter().map(move |w| (label, w))) {
            errors.invalid(at, part, &format!("validating label {label:?}: {wrong}"));
        }
        if part == domain && !domain.contains('.') {
            errors.invalid(at, domain, "should be a domain with at least two segments separated by dots");
        }
    }
    if name.len() > 571 {
        errors.too_long(at, 571);
    }
}

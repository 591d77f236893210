//! Names of images: `registry.io/team/app:tag@sha256:...`.

/// The tag by which a container's default pull policy is decided: `latest` where neither tag nor digest is given, empty
/// where only a digest is or the name is none.
// Models parsers.ParseImageName over github.com/distribution/reference.
pub fn tag_of(image: &str) -> &str {
    match parts(image) {
        Some((tag, digest)) => tag.unwrap_or(if digest { "" } else { "latest" }),
        None => "",
    }
}

/// Whether the text is an image's name.
pub fn is_reference(image: &str) -> bool {
    parts(image).is_some()
}

/// The tag, and whether there is a digest.
fn parts(image: &str) -> Option<(Option<&str>, bool)> {
    let (named, digest) = image.split_once('@').map_or((image, None), |(n, d)| (n, Some(d)));
    let last = named.rfind('/').map_or(0, |i| i + 1);
    let (name, tag) = named[last..].split_once(':').map_or((named, None), |(n, t)| (&named[..last + n.len()], Some(t)));
    (is_name(name) && tag.is_none_or(is_tag) && digest.is_none_or(is_digest)).then_some((tag, digest.is_some()))
}

fn is_name(name: &str) -> bool {
    let (path, added) = match name.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" || first.chars().any(|c| c.is_ascii_uppercase()) => {
            if !is_host(first) {
                return false;
            }
            (rest, "")
        }
        Some(_) => (name, ""),
        None => (name, "library/"),
    };
    added.len() + path.len() <= 255 && path.split('/').all(is_component)
}

/// A registry: a name with dots or an address in brackets, and a port where there is a colon.
fn is_host(host: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric();
    let label = |l: &str| l.starts_with(word) && l.ends_with(word) && l.chars().all(|c| word(c) || c == '-');
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (host, None),
    };
    let is_address = |n: &str| {
        n.strip_prefix('[').and_then(|n| n.strip_suffix(']')).is_some_and(|n| n.chars().all(|c| c.is_ascii_hexdigit() || c == ':'))
    };
    (name.split('.').all(label) || is_address(name)) && port.is_none_or(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()))
}

/// Letters and digits, parted by one dot, one or two underscores, or any number of dashes.
fn is_component(part: &str) -> bool {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if !part.starts_with(word) || !part.ends_with(word) || !part.chars().all(|c| word(c) || "._-".contains(c)) {
        return false;
    }
    part.split(word).filter(|s| !s.is_empty()).all(|s| matches!(s, "." | "_" | "__") || s.bytes().all(|b| b == b'-'))
}

fn is_tag(tag: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    tag.len() <= 128 && tag.starts_with(word) && tag.chars().all(|c| word(c) || c == '.' || c == '-')
}

fn is_digest(digest: &str) -> bool {
    digest.split_once(':').is_some_and(|(algorithm, hex)| {
        algorithm.starts_with(|c: char| c.is_ascii_alphabetic()) && hex.len() >= 32 && hex.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::tag_of;

    #[test]
    fn tags() {
        for (image, want) in [
            ("nginx", "latest"),
            ("nginx:1.25", "1.25"),
            ("localhost:5000/nginx", "latest"),
            ("localhost:5000/nginx:v1", "v1"),
            ("gcr.io/a/b:latest", "latest"),
            ("nginx@sha256:0123456789012345678901234567890123456789012345678901234567890123", ""),
            ("Nginx", ""),
            ("Repo/nginx", "latest"),
            ("a b", ""),
            ("../up", ""),
            ("-a.io/up", ""),
            ("a.io:port/up", ""),
            ("[::1]:5000/up", "latest"),
            (&"y".repeat(247), "latest"),
            (&"y".repeat(248), ""),
            ("", ""),
        ] {
            assert_eq!(tag_of(image), want, "{image}");
        }
    }
}

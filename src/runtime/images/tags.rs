//! Which tags registries have, as far as they are known here.

use super::Reference;

/// Repositories whose every tag is known, each with its tags.
const TAGS: [(&str, &[&str]); 2] =
    [("gcr.io/google-samples/kubernetes-bootcamp", &["v1"]), ("docker.io/jocatalin/kubernetes-bootcamp", &["v1", "v2", "latest"])];
/// No nginx 1 of this minor version was ever published.
const NGINX_MINOR_NEVER: u32 = 90;
/// Repositories of Docker's library whose tags are version numbers, and words that are known.
const LIBRARY: &str = " alpine busybox debian httpd memcached mongo mysql nginx node postgres python redis ubuntu ";
/// The words that a tag of theirs may begin with: what is the newest, a release's name, what it is built on.
const TAG_WORDS: &str = " latest stable mainline unstable edge lts current innovation rc devel rolling testing oldstable oldoldstable experimental \
    alpine slim perl otel musl glibc uclibc oracle oraclelinux debian windowsservercore nanoserver \
    wheezy jessie stretch buster bullseye bookworm trixie forky sid trusty xenial bionic focal jammy noble plucky questing \
    argon boron carbon dubnium erbium fermium gallium hydrogen iron jod krypton ";

/// Whether a registry has an image, as far as its tags are known here. A digest is taken at its word.
pub(super) fn is_published(image: &Reference) -> bool {
    let repository = format!("{}/{}", image.domain, image.path);
    let tag = image.tag.as_deref().unwrap_or("latest");
    image.digest.is_some()
        || match TAGS.iter().find(|row| row.0 == repository) {
            Some((_, tags)) => tags.contains(&tag),
            None => repository.strip_prefix("docker.io/library/").is_none_or(|name| library_has(name, tag)),
        }
}

/// Whether Docker's library has an image by this tag, as far as is known.
fn library_has(name: &str, tag: &str) -> bool {
    let listed = |list: &str, word: &str| list.contains(&format!(" {word} "));
    let first = tag.split('-').next().unwrap_or(tag);
    if !first.starts_with(|c: char| c.is_ascii_digit()) {
        // What a release is built on may have a version of its own: `alpine3.20`.
        return !listed(LIBRARY, name) || listed(TAG_WORDS, first.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.'));
    }
    let number = |n: usize| first.split('.').nth(n)?.parse::<u32>().ok();
    name != "nginx" || number(0) == Some(1) && number(1).is_none_or(|minor| minor < NGINX_MINOR_NEVER)
}

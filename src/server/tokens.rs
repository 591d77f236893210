//! Service accounts' tokens: JSON web tokens with the claims that Kubernetes gives them. Nothing here checks a signature,
//! so theirs is made up; a token is a function of its claims, and replays give the same.

use super::{ApiServer, Caller, User};
use crate::api::{Cause, Kind, KindRef, Object, Status, Value, kinds, split_api_version};
use crate::base::{Fnv64, List as _, RandomStream, Time, base64};
use crate::obj;

/// The default audience of tokens and their issuer (`--api-audiences`, `--service-account-issuer`).
const ISSUER: &str = "https://kubernetes.default.svc";
/// The id of the issuer's key.
const KEY_ID: &str = "c2ltdWxhdGVkLWNsdXN0ZXItc2lnbnMtbm90aGluZyE";
const SIGNATURE_WORDS: usize = 32;

/// The lifetime that the kubelet asks for in the tokens of pods; it replaces them before it is over.
pub const POD_TOKEN_S: i64 = 3607;
/// For how long those are accepted in fact (`--service-account-extend-token-expiration`).
const EXTENDED_S: i64 = 365 * 24 * 3600;

/// The certificate of the cluster's authority: a placeholder that says so.
pub const CERTIFICATE: &str =
    "-----BEGIN CERTIFICATE-----\nc2ltdWxhdGVkIGNsdXN0ZXI6IG5vdGhpbmcgaGVyZSBzcGVha3MgVExT\n-----END CERTIFICATE-----\n";

fn signed(claims: &Value) -> String {
    let header = format!("{{\"alg\":\"RS256\",\"kid\":{KEY_ID:?}}}");
    let text = format!("{}.{}", base64::encode_url(header.as_bytes()), base64::encode_url(claims.to_json().as_bytes()));
    let mut random = RandomStream::new(Fnv64::of(text.as_bytes()), "signature");
    let signature: Vec<u8> = (0..SIGNATURE_WORDS).flat_map(|_| random.bits().to_be_bytes()).list();
    format!("{text}.{}", base64::encode_url(&signature))
}

/// An object in a token's claims: its name and UID.
fn named(object: &Value) -> Value {
    obj!({"name": object.name(), "uid": object.uid()})
}

fn subject(account: &Value) -> String {
    User::name_of_account(account.namespace(), account.name())
}

/// The token of a Secret of type `kubernetes.io/service-account-token`, which never expires.
pub fn legacy_token(account: &Value, secret: &str) -> String {
    signed(&obj!({
        "iss": "kubernetes/serviceaccount", "kubernetes.io/serviceaccount/namespace": account.namespace(),
        "kubernetes.io/serviceaccount/secret.name": secret, "kubernetes.io/serviceaccount/service-account.name": account.name(),
        "kubernetes.io/serviceaccount/service-account.uid": account.uid(), "sub": subject(account)
    }))
}

/// A token with an expiry and audiences, which may be bound to objects (`pod`, `node`, `secret`).
// Models serviceaccount.Claims.
pub fn token(account: &Value, audiences: &[&str], seconds: i64, bound: &[(&str, &Value)], now: Time) -> String {
    let issued = now.unix_s();
    let mut own = obj!({"namespace": account.namespace(), "serviceaccount": named(account)});
    // What tells its claims from those of any other.
    let mut of = account.uid().to_owned();
    for (kind, object) in bound {
        own.set(&[kind], named(object));
        of += object.uid();
    }
    let audiences = if audiences.is_empty() { &[ISSUER] } else { audiences };
    let mut expires = issued + seconds;
    if seconds == POD_TOKEN_S && audiences == [ISSUER] && bound.iter().any(|(kind, _)| *kind == "pod") {
        own.set(&["warnafter"], expires);
        expires = issued + EXTENDED_S;
    }
    let list: Vec<Value> = audiences.iter().map(|a| Value::from(*a)).list();
    let mut claims = obj!({
        "aud": list, "exp": expires, "iat": issued, "iss": ISSUER, "kubernetes.io": own, "nbf": issued, "sub": subject(account)
    });
    let id = RandomStream::new(0, &format!("{of} {issued} {seconds} {audiences:?}")).uuid();
    claims.set(&["jti"], id);
    signed(&claims)
}

/// The service account as which a pod runs.
pub fn account_of(pod: &Value) -> &str {
    match pod.at(&["spec", "serviceAccountName"]).str() {
        "" => "default",
        name => name,
    }
}

fn invalid(name: &str, cause: Cause) -> Status {
    let message = format!("TokenRequest.authentication.k8s.io {name:?} is invalid: {}: {}", cause.field, cause.message);
    let mut details = obj!({"group": "authentication.k8s.io", "kind": "TokenRequest"});
    if !name.is_empty() {
        details.set(&["name"], name);
    }
    Status::new(422, "Invalid", message).with_details(details).with_causes(vec![cause])
}

impl ApiServer {
    /// POST of a service account's `token` subresource.
    // Models registry/core/serviceaccount/storage.TokenREST.
    pub fn create_token(&self, by: &Caller, namespace: &str, name: &str, request: &Value) -> Result<Value, Status> {
        const SECONDS_MIN: i64 = 600;
        const SECONDS_MAX: i64 = 1 << 32;
        for (member, sent, own) in [("name", request.name(), name), ("namespace", request.namespace(), namespace)] {
            if !sent.is_empty() && sent != own {
                let why = format!("must match the service account {member} if specified");
                return Err(invalid(name, Cause::invalid(format!("metadata.{member}"), &sent.into(), &why)));
            }
        }
        let kind = kinds::SERVICE_ACCOUNT;
        let account = self.peek(kind, namespace, name).ok_or_else(|| Status::not_found(kind, name))?;
        let spec = request.get("spec");
        let seconds = spec.get("expirationSeconds");
        let wrong = match seconds.as_int() {
            Some(s) if s < SECONDS_MIN => "may not specify a duration less than 10 minutes",
            Some(s) if s > SECONDS_MAX => "may not specify a duration larger than 2^32 seconds",
            _ => "",
        };
        if !wrong.is_empty() {
            let cause = Cause::invalid("spec.expirationSeconds", seconds, wrong);
            return Err(invalid("", cause));
        }
        let seconds = seconds.as_int().unwrap_or(3600);
        let to = spec.get("boundObjectRef");
        let bound = self.bound_object(namespace, name, to)?;
        let audiences: Vec<&str> = spec.get("audiences").items().iter().map(Value::str).list();
        let node = match &bound {
            Some(("pod", pod)) => self.peek(kinds::NODE, "", pod.at(&["spec", "nodeName"]).str()),
            _ => None,
        };
        let bound: Vec<(&str, &Value)> = bound.into_iter().chain(node.map(|node| ("node", node))).list();
        let mut answer = request.clone();
        answer.set(&["kind"], "TokenRequest");
        answer.set(&["apiVersion"], "authentication.k8s.io/v1");
        answer.set(&["metadata"], obj!({"name": name, "namespace": namespace, "creationTimestamp": by.now.rfc3339()}));
        answer.set(&["spec", "expirationSeconds"], seconds);
        if audiences.is_empty() {
            answer.set(&["spec", "audiences"], vec![Value::from(ISSUER)]);
        }
        if to.is_null() {
            answer.set(&["spec", "boundObjectRef"], Value::Null);
        }
        let until = by.now + crate::base::Duration::from_secs(seconds.unsigned_abs());
        answer
            .set(&["status"], obj!({"expirationTimestamp": until.rfc3339(), "token": token(account, &audiences, seconds, &bound, by.now)}));
        Ok(answer)
    }

    /// The user of a token; none where it was not issued here, has expired, or is bound to an object that is gone.
    // Models serviceaccount's JWT authenticator.
    pub fn token_user(&self, now: Time, token: &str) -> Option<User> {
        let mut parts = token.split('.');
        let (_, claims) = (parts.next()?, parts.next()?);
        let claims = Value::from_json(&String::from_utf8(base64::decode_url(claims)?).ok()?).ok()?;
        if signed(&claims) != token {
            return None;
        }
        let (own, seconds) = (claims.get("kubernetes.io"), now.unix_s());
        if claims.get("exp").as_int().is_some_and(|until| until <= seconds) {
            return None;
        }
        let foreign = !claims.get("aud").is_null() && !claims.get("aud").items().iter().any(|a| a.str() == ISSUER);
        let subject = claims.get("sub").str();
        let (namespace, name) = User::account_of_name(subject)?;
        let is_there = |kind: &str, namespace: &str, name: &str, uid: &str| {
            self.peek(Kind::named(kind), namespace, name).is_some_and(|object| object.uid() == uid)
        };
        let legacy = |member: &str| claims.get(&format!("kubernetes.io/serviceaccount/{member}")).str();
        let account = match own.at(&["serviceaccount", "uid"]).str() {
            "" => legacy("service-account.uid"),
            uid => uid,
        };
        let bound = [("pod", "Pod", namespace), ("secret", "Secret", namespace), ("node", "Node", "")];
        let whole = bound.iter().all(|(claim, kind, namespace)| {
            let to = own.get(claim);
            to.is_null() || is_there(kind, namespace, to.get("name").str(), to.get("uid").str())
        });
        let secret = legacy("secret.name");
        let kept = secret.is_empty() || self.peek(kinds::SECRET, namespace, secret).is_some();
        (!foreign && whole && kept && is_there("ServiceAccount", namespace, name, account))
            .then(|| User::impersonated(subject, account, &[]))
    }

    fn bound_object(&self, namespace: &str, account: &str, to: &Value) -> Result<Option<(&'static str, &Value)>, Status> {
        let (claim, kind): (_, KindRef) = match to.get("kind").str() {
            "" => return Ok(None),
            "Pod" => ("pod", kinds::POD),
            "Secret" => ("secret", kinds::SECRET),
            "Node" => ("node", kinds::NODE),
            other => {
                let (group, version) = split_api_version(to.api_version());
                return Err(Status::bad_request(format!("cannot bind token to object of type {group}/{version}, Kind={other}")));
            }
        };
        let name = to.get("name").str();
        let object = self.peek(kind, if kind.namespaced { namespace } else { "" }, name).ok_or_else(|| Status::not_found(kind, name))?;
        if claim == "pod" && account_of(object) != account {
            let refusal = format!("cannot bind token for serviceaccount {account:?} to pod running with different serviceaccount name.");
            return Err(Status::bad_request(refusal));
        }
        let uid = to.get("uid").str();
        if !uid.is_empty() && uid != object.uid() {
            let detail = format!(
                "the UID in the bound object reference ({uid}) does not match the UID in record. The object might have been deleted and then recreated"
            );
            return Err(Status::conflict(kind, name, &detail));
        }
        Ok(Some((claim, object)))
    }
}

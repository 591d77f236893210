//! The API's small rules held to the recorded tables: quantities, names, selectors, durations, numbers or percentages.
//! Needs the conformance folder.

use kubarium::api::duration::human_duration_signed;
use kubarium::api::int_or_string::{self, Rounding};
use kubarium::api::node_affinity::RequiredNodeAffinity;
use kubarium::api::quantity::{Format, Quantity};
use kubarium::api::selector::{LabelSelector, Operator, Requirement, SelectorError};
use kubarium::api::{Value, kinds, names, template_hash, toleration};
use kubarium::controllers::deployment::{new_rs_new_replicas, replica_set_proportion, resolve_fenceposts};
use kubarium::obj;
use kubarium::server::{strategic_merge_patch, three_way_strategic_patch};

mod tables;

use tables::{Outcome, check, same};

const INNER: Outcome = Outcome::Elsewhere("ask functions inside the libraries");

/// Checks a table of inputs and results of one function.
fn evaluated(table: &str, rule: impl Fn(&Value) -> Result<(), String>) {
    check(table, |row| rule(&row.row).into());
}

fn quantity(text: &Value) -> Result<Quantity, String> {
    Quantity::parse(text.str()).map_err(|e| e.to_string())
}

fn format(name: &str) -> Format {
    match name {
        "BinarySI" => Format::BinarySi,
        "DecimalSI" => Format::DecimalSi,
        _ => Format::DecimalExponent,
    }
}

#[test]
fn quantities_are_evaluated() {
    evaluated("fn_quantity_parse", |row| match (quantity(row.get("in")), row.get("error").as_str()) {
        (Err(got), Some(wanted)) => same(got.as_str(), wanted),
        (Ok(q), None) => {
            same(q.to_string().as_str(), row.get("canonical").str())?;
            // Go's numbers wrap where they overflow, ours stay at the greatest.
            if q.value().checked_mul(1000).is_some() {
                same(q.value(), row.get("value").int())?;
                same(q.milli_value(), row.get("milliValue").int())?;
            }
            same(q.sign().into(), row.get("sign").int())?;
            same(q.format(), format(row.get("format").str()))?;
            same(Ok(q.to_f64()), row.get("approxFloat64").str().parse())
        }
        (got, wanted) => Err(format!("got {got:?}, wanted {wanted:?}")),
    });
    evaluated("fn_quantity_arith", |row| {
        let (a, b) = (quantity(row.get("a"))?, quantity(row.get("b"))?);
        same(a.cmp(&b) as i64, row.get("cmp").int())?;
        same(a.add(&b).to_string().as_str(), row.get("add").str())?;
        same(a.sub(&b).to_string().as_str(), row.get("sub").str())
    });
}

#[test]
fn quantities_are_read_written_and_reckoned_with() {
    let text = |row: &Value, member: &str| row.get(member).str().to_owned();
    let read = |text: &str| Quantity::parse(text).map_err(|e| e.to_string());
    check("quantity", |table_row| {
        let row = &table_row.row;
        let written = |q: Quantity, member: &str| same(q.to_string(), text(row, member));
        let rule = || match table_row.func.as_str() {
            "TestQuantityParse" if row.as_str().is_some() => same(read(row.str()).is_err(), true),
            "TestQuantityParse" => {
                let (got, wanted) = (quantity(row.get("input"))?, quantity(row.get("expect"))?);
                same(&got, &wanted)?;
                same(read(&format!("-{}", row.get("input").str()))?, Quantity::ZERO.sub(&wanted))
            }
            "TestQuantityCmp" => same(quantity(row.get("x"))?.cmp(&quantity(row.get("y"))?) as i64, row.get("expect").int()),
            "TestQuantityCmpInt64AndDec" => same(quantity(row.get("a"))?.cmp(&quantity(row.get("b"))?) as i64, row.get("cmp").int()),
            "TestQuantityRoundUp" => {
                let scale = row.get("scale").int();
                let units = quantity(row.get("in"))?.scaled(scale as i32);
                same(read(&format!("{units}e{scale}"))?, quantity(row.get("expect"))?)
            }
            "TestQuantityString" | "TestQuantityParseEmit" => written(quantity(row.get("in"))?, "expect"),
            "TestJSONWhitespace" => {
                let value = Value::from_json(row.get("in").str()).map_err(|e| e.to_string())?;
                written(Quantity::from_value(&value).map_err(|e| e.to_string())?, "expect")
            }
            "TestQuantityAddZeroPreservesSuffix" => same(Quantity::ZERO.add(&quantity(row)?).to_string(), row.str().to_owned()),
            "TestQuantitySubZeroPreservesSuffix" => same(Quantity::ZERO.sub(&quantity(row)?).to_string(), format!("-{}", row.str())),
            "TestMilliNewSet" => same(Quantity::from_milli(row.get("value").int()), quantity(row.get("expect"))?),
            "TestNewSet" => written(Quantity::new(row.get("value").int(), format(row.get("format").str())), "expect"),
            "TestNewScaledSet" => {
                same(read(&format!("{}e{}", row.get("value").int(), row.get("scale").int()))?, quantity(row.get("expect"))?)
            }
            "TestScaledValue" => {
                same(read(&format!("1e{}", row.get("fromScale").int()))?.scaled(row.get("toScale").int() as i32), row.get("expected").int())
            }
            "TestAdd" => written(quantity(row.get("a"))?.add(&quantity(row.get("b"))?), "expected"),
            "TestSub" => written(quantity(row.get("a"))?.sub(&quantity(row.get("b"))?), "expected"),
            _ => same(Ok(quantity(row.get("in"))?.to_f64()), row.get("out").str().parse()),
        };
        let numbers = ["a", "b"].map(|m| quantity(row.get(m)).map_or(0, |q| q.value()));
        match table_row.func.as_str() {
            "TestMul" | "TestNeg" | "TestQuantityNeg" => Outcome::Elsewhere("reckon as nothing here does"),
            "TestDec" | "TestBigDec" | "TestParseQuantityString" | "TestQuantityUnmarshalCBOR" | "TestQuantityDeepCopy" => INNER,
            func if func.ends_with("AsFloat64Slow") => INNER,
            "TestQuantityCmp" if row.get("x").as_str().is_none() => INNER,
            "TestQuantityCmpInt64AndDec" if numbers.iter().any(|n| matches!(*n, i64::MIN | i64::MAX)) => {
                Outcome::Elsewhere("have numbers that wrapped when they were written down")
            }
            _ if row.get("out").str().contains("Inf") => Outcome::Elsewhere("have exponents that were not written down"),
            _ => rule().into(),
        }
    });
}

#[test]
fn names_are_judged() {
    type Rule = fn(&str) -> Vec<String>;
    let rules: [(&str, Rule); 9] = [
        ("configMapKey", names::config_map_key),
        ("dns1035label", names::dns1035_label),
        ("dns1123label", names::dns1123_label),
        ("dns1123subdomain", names::dns1123_subdomain),
        ("envVarName", names::env_var_name),
        ("labelValue", names::label_value),
        ("portName", names::port_name),
        ("qualifiedName", names::qualified_name),
        ("relaxedEnvVarName", names::relaxed_env_var_name),
    ];
    evaluated("fn_name_validation", |row| {
        rules.iter().try_for_each(|(name, rule)| {
            let wanted: Vec<&str> = row.get(name).items().iter().map(Value::str).collect();
            same(rule(row.get("in").str()), wanted.iter().map(|w| (*w).to_owned()).collect()).map_err(|e| format!("{name}: {e}"))
        })
    });
}

fn judge(selector: Result<LabelSelector, String>, row: &Value) -> Result<(), String> {
    match (selector, row.get("error").as_str()) {
        (Err(got), Some(wanted)) => same(got.as_str(), wanted),
        (Ok(selector), None) => {
            same(selector.to_string().as_str(), row.get("string").str())?;
            row.get("matches").items().iter().try_for_each(|m| same(selector.matches(m.get("labels")), m.get("matches").is_true()))
        }
        (got, wanted) => Err(format!("got {got:?}, wanted {wanted:?}")),
    }
}

#[test]
fn label_selectors() {
    evaluated("fn_label_selector_parse", |row| judge(LabelSelector::parse(row.get("selector").str()).map_err(|e| e.to_string()), row));
    evaluated("fn_label_selector_object", |row| {
        let mut expression = Value::map();
        expression.set(&["key"], "a");
        expression.set(&["operator"], row.get("operator").clone());
        expression.set(&["values"], row.get("values").clone());
        let mut object = Value::map();
        object.set(&["matchExpressions"], Value::from(vec![expression]));
        judge(LabelSelector::from_object(&object).map_err(|e| e.to_string()), row)
    });
}

fn operator(name: &str) -> Option<Operator> {
    const NAMES: [(&str, Operator); 9] = [
        ("=", Operator::Equals),
        ("==", Operator::DoubleEquals),
        ("!=", Operator::NotEquals),
        ("in", Operator::In),
        ("notin", Operator::NotIn),
        ("exists", Operator::Exists),
        ("!", Operator::DoesNotExist),
        ("gt", Operator::GreaterThan),
        ("lt", Operator::LessThan),
    ];
    NAMES.iter().find(|(n, _)| *n == name).map(|(_, o)| *o)
}

/// A requirement as the tables have it; none where its operator is none.
fn requirement(row: &Value) -> Option<Requirement> {
    let values = row.get("strValues").items().iter().map(Value::arc_str).collect();
    Some(Requirement { key: row.get("key").arc_str(), operator: operator(row.get("operator").str())?, values })
}

fn requirements(row: &Value) -> Option<LabelSelector> {
    Some(LabelSelector { requirements: row.items().iter().map(requirement).collect::<Option<_>>()?, nothing: false })
}

/// Whether the errors begin as the table says.
fn refused<T: std::fmt::Debug>(got: Result<T, SelectorError>, wanted: &Value) -> Result<(), String> {
    match (got, wanted.items().first()) {
        (Err(got), Some(wanted)) if got.to_string().starts_with(wanted.get("error").str()) => Ok(()),
        (Ok(_), None) => Ok(()),
        (got, _) => Err(format!("got {got:?}, wanted {wanted}")),
    }
}

#[test]
fn label_selectors_in_words() {
    check("label_selector", |table_row| {
        let row = &table_row.row;
        let parse = |text: &str| LabelSelector::parse(text);
        match table_row.func.as_str() {
            "TestLabelHas" => same(parse(row.get("Key").str()).map(|s| s.matches(row.get("Ls"))), Ok(row.get("Has").is_true())).into(),
            "TestSelectorParse" => {
                let wanted = if table_row.line < 60 { Some(row.str().replace(' ', "")) } else { None };
                same(parse(row.str()).ok().map(|s| s.to_string()), wanted).into()
            }
            "TestParseOperator" => {
                let found = ["", " 1", " (1)"].iter().map(|rest| parse(&format!("x {}{rest}", row.get("token").str())));
                match row.at(&["expectedError", "error"]).as_str() {
                    None => same(found.filter(Result::is_ok).count() > 0, true),
                    Some(why) => same(found.filter(|r| r.as_ref().is_err_and(|e| e.to_string().ends_with(why))).count(), 3),
                }
                .into()
            }
            "TestRequirementConstructor" => match operator(row.get("Op").str()) {
                Some(operator) => {
                    let values = row.get("Vals").entries().map(|(v, _)| v.clone()).collect();
                    // No values at all are null where they come from an object.
                    let wanted = Value::from_json(&row.get("WantErr").to_json().replace("value: []", "value: null")).expect("JSON");
                    refused(Requirement::new(row.get("Key").arc_str(), operator, values), &wanted).into()
                }
                None => INNER,
            },
            "TestToString" => requirements(row.get("In")).map_or(INNER, |s| same(s.to_string().as_str(), row.get("Out").str()).into()),
            "TestRequirementSelectorMatching" => {
                requirements(row.get("Sel")).map_or(INNER, |s| same(s.matches(row.get("Set")), row.get("Match").is_true()).into())
            }
            "TestSetSelectorParser" => match parse(row.get("In").str()) {
                Ok(got) => same(row.get("Valid").is_true(), true)
                    .and_then(|()| same(Some(got) == requirements(row.get("Out")), row.get("Match").is_true())),
                Err(_) => same(row.get("Valid").is_true(), false),
            }
            .into(),
            "TestSetSelectorString" => same(LabelSelector::from_map(row.get("set")).to_string().as_str(), row.get("out").str()).into(),
            "TestValidatedSelectorFromSet" => {
                let given = row.get("input").entries().map(|(k, v)| Requirement::new(k.clone(), Operator::Equals, vec![v.arc_str()]));
                let got = given.collect::<Result<Vec<_>, _>>().map(|requirements| LabelSelector { requirements, nothing: false });
                let wanted = requirements(row.get("expectedSelector"));
                refused(got.clone(), row.get("expectedError")).and_then(|()| got.map_or(Ok(()), |s| same(Some(s), wanted))).into()
            }
            "TestRequirementEqual" => same(requirement(row.get("x")) == requirement(row.get("y")), row.get("want").is_true()).into(),
            _ => INNER,
        }
    });
    check("label_selector_meta", |table_row| {
        let row = &table_row.row;
        if table_row.func != "TestLabelSelectorAsSelector" {
            return INNER;
        }
        let got = LabelSelector::from_object(row.get("in"));
        let wanted = match row.get("in").is_null() {
            true => Some(LabelSelector { requirements: Vec::new(), nothing: true }),
            false => requirements(row.get("out")),
        };
        same(got.ok(), wanted.filter(|_| !row.get("expectErr").is_true())).into()
    });
}

#[test]
fn durations_as_people_read_them() {
    let micros = |row: &Value| row.get("seconds").int() * 1_000_000 + row.get("millis").int() * 1_000;
    evaluated("fn_human_duration", |row| same(human_duration_signed(micros(row)).as_str(), row.get("human").str()));
    check("human_duration", |row| match row.func.as_str() {
        "TestShortHumanDurationBoundaries" => INNER,
        _ => same(human_duration_signed(row.row.get("d").int() / 1000).as_str(), row.row.get("want").str()).into(),
    });
}

#[test]
fn numbers_and_percentages() {
    evaluated("fn_intstr_scaled", |row| {
        let text = row.get("in").str();
        let value = text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from);
        let scaled = |round| int_or_string::scaled(&value, row.get("total").int(), round).map_err(|e| e.to_string());
        same(scaled(Rounding::Down).is_err(), row.get("err").is_true())?;
        same(scaled(Rounding::Down)?, row.get("down").int())?;
        same(scaled(Rounding::Up)?, row.get("up").int())
    });
}

#[test]
fn strategic_patches_are_applied_and_made() {
    let kind = kinds::DEPLOYMENT;
    evaluated("fn_strategic_merge_patch", |row| {
        let base = row.get("base");
        match (strategic_merge_patch(kind, base, row.get("patch")), row.get("error").as_str()) {
            (Err(status), Some(wanted)) => same(status.message.as_str(), wanted),
            (Ok(patched), None) => {
                same(&patched, row.get("result"))?;
                same(&three_way_strategic_patch(kind, base, &patched, base), row.get("twoWayPatch"))
            }
            (got, wanted) => Err(format!("got {got:?}, wanted {wanted:?}")),
        }
    });
}

#[test]
fn templates_have_their_hashes() {
    evaluated("fn_pod_template_hash", |row| same(template_hash::compute(row.get("template"), None).as_str(), row.get("hash").str()));
}

#[test]
fn taints_are_tolerated() {
    evaluated("fn_toleration", |row| same(toleration::tolerates(row.get("toleration"), row.get("taint")), row.get("tolerates").is_true()));
}

#[test]
fn nodes_are_required() {
    evaluated("fn_node_affinity", |row| {
        let mut spec = obj!({"nodeSelector": row.get("nodeSelector").clone()});
        if !row.get("terms").is_null() {
            let path = ["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"];
            spec.set(&path, row.get("terms").clone());
        }
        let affinity = RequiredNodeAffinity::of(&spec);
        row.get("matches").items().iter().try_for_each(|m| {
            let node = obj!({"metadata": {"name": m.get("node").clone(), "labels": m.get("labels").clone()}});
            same(affinity.matches(&node), m.get("matches").is_true()).map_err(|e| format!("{node}: {e}"))
        })
    });
}

/// A number or a percentage, as the tables write them.
fn amount(text: &Value) -> Value {
    text.str().parse::<i64>().map_or_else(|_| text.clone(), Value::from)
}

#[test]
fn deployments_are_rolled_in_steps() {
    evaluated("fn_deployment_resolve_fenceposts", |row| {
        let got = resolve_fenceposts(&amount(row.get("maxSurge")), &amount(row.get("maxUnavailable")), row.get("desired").int());
        same(got, (row.get("surge").int(), row.get("unavailable").int()))
    });
    evaluated("fn_deployment_newrs_newreplicas", |row| {
        let [wanted, old, new] = ["replicas", "oldRS", "newRS"].map(|m| row.get(m).int());
        let rolling = row.get("strategy").str() == "RollingUpdate";
        same(new_rs_new_replicas(rolling, &amount(row.get("maxSurge")), wanted, old + new, new), row.get("result").int())
    });
    evaluated("fn_deployment_rs_proportion", |row| {
        let n = |member: &str| row.get(member).int();
        let most = Some(n("annotMax")).filter(|m| *m > 0);
        let got =
            replica_set_proportion(n("rsReplicas"), n("deploymentReplicas"), n("maxSurge"), most, n("rsReplicas"), n("toAdd"), n("added"));
        same(got, n("result"))
    });
}

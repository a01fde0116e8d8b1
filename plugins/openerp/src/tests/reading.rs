//! Answers, good and bad.

use proptest::prelude::*;

use crate::wire::{Answer, FaultCode, Value, read, request};

fn answer(value: &str) -> Result<Answer, String> {
    let xml = format!(
        "<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n<value>{value}</value>\n</param>\n</params>\n</methodResponse>\n"
    );
    read(&xml).map(|answered| answered.unwrap()).map_err(|why| why.to_string())
}

fn number(text: &str) -> Answer {
    Answer::Number(text.parse().unwrap())
}

#[test]
fn every_type_is_read() {
    for (xml, expected) in [
        ("<int>7</int>", Answer::Int(7)),
        ("<i4>-7</i4>", Answer::Int(-7)),
        ("<i8>5000000000</i8>", Answer::Int(5_000_000_000)),
        ("<boolean>1</boolean>", Answer::Bool(true)),
        ("<boolean>0</boolean>", Answer::Bool(false)),
        ("<double>84.25</double>", number("84.25")),
        ("<double>1e-05</double>", number("0.00001")),
        ("<double>nan</double>", Answer::Text("nan".into())),
        ("<nil/>", Answer::Nil),
        ("<string/>", Answer::Text(String::new())),
        ("<string>   </string>", Answer::Text("   ".into())),
        ("<string>\n\t</string>", Answer::Text("\n\t".into())),
        ("plain", Answer::Text("plain".into())),
        (" ", Answer::Text(" ".into())),
        ("<string>a &lt; b &amp;&#252; <![CDATA[<c>]]></string>", Answer::Text("a < b &ü <c>".into())),
        ("<array><data/></array>", Answer::List(vec![])),
        ("\n<array><data>\n<value>x</value>\n</data></array>\n", Answer::List(vec![Answer::Text("x".into())])),
        (
            "<struct><member><name>a</name><value><int>1</int></value></member></struct>",
            Answer::Record(vec![("a".into(), Answer::Int(1))]),
        ),
    ] {
        assert_eq!(answer(xml), Ok(expected), "{xml}");
    }
}

#[test]
fn faults_have_a_code_that_is_a_number_or_a_text() {
    let fault = |code: &str| {
        let xml = format!(
            "<methodResponse><fault><value><struct><member><name>faultCode</name><value>{code}</value></member><member><name>faultString</name><value><string>no</string></value></member></struct></value></fault></methodResponse>"
        );
        read(&xml).unwrap().unwrap_err()
    };
    assert_eq!(fault("<int>3</int>").code, FaultCode::Number(3));
    assert_eq!(fault("<string>AccessDenied</string>").code, FaultCode::Text("AccessDenied".into()));
    assert_eq!(fault("<int>3</int>").text, "no");
}

#[test]
fn what_is_no_answer_says_so() {
    for (xml, says) in [
        ("", "no value"),
        ("<html><body>502</body></html>", "an element does not belong there"),
        ("<methodResponse><params><param><value>", "in the middle"),
        ("<methodResponse></methodResponse>", "no value"),
        (
            "<methodResponse><params><param><value><int>1</int></value></param></params></methodResponse><methodResponse/>",
            "belong",
        ),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><methodResponse/>", "document type"),
        ("<methodResponse><params><param><value>&x;</value></param></params></methodResponse>", "reference"),
        ("<methodResponse><fault><value><int>1</int></value></fault></methodResponse>", "without a code"),
        (
            "<methodResponse><params><param><value><int>1.5</int></value></param></params></methodResponse>",
            "no whole number",
        ),
        ("<methodResponse><params>text</params></methodResponse>", "text where none belongs"),
        ("not xml at all", "text where none belongs"),
    ] {
        let error = read(xml).unwrap_err().to_string();
        assert!(error.contains(says), "{xml}: {error}");
    }
}

fn nested(levels: usize) -> String {
    format!(
        "{}<value><int>1</int></value>{}",
        "<value><array><data>".repeat(levels),
        "</data></array></value>".repeat(levels)
    )
}

#[test]
fn sixty_four_levels_are_read_and_no_more() {
    let wrapped = |inner: String| format!("<methodResponse><params><param>{inner}</param></params></methodResponse>");
    assert!(read(&wrapped(nested(63))).is_ok());
    for levels in [64, 5_000, 1_000_000] {
        let error = read(&wrapped(nested(levels))).unwrap_err().to_string();
        assert!(error.contains("64 levels"), "{error}");
    }
}

/// Any value that can be sent, and what it is when it comes back.
fn values() -> impl Strategy<Value = (Value, Answer)> {
    let leaf = prop_oneof![
        any::<i32>().prop_map(|number| (crate::wire::int(number.into()), Answer::Int(number.into()))),
        any::<bool>().prop_map(|value| (Value::Bool(value), Answer::Bool(value))),
        "[ -~\\n\\tü☃]{0,20}".prop_map(|text| (crate::wire::text(&text), Answer::Text(text))),
    ];
    leaf.prop_recursive(6, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|all| {
                let (values, answers) = all.into_iter().unzip();
                (Value::Array(values), Answer::List(answers))
            }),
            prop::collection::btree_map("[a-z]{1,8}", inner, 0..6).prop_map(|all| {
                let answers = all.iter().map(|(name, (_, answer))| (name.clone(), answer.clone())).collect();
                let values = all.into_iter().map(|(name, (value, _))| (name, value)).collect();
                (Value::Struct(values), Answer::Record(answers))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read((value, expected) in values()) {
        let call = String::from_utf8(request("m", vec![value])).unwrap();
        let (_, rest) = call.split_once("<params>").unwrap();
        let (params, _) = rest.rsplit_once("</params>").unwrap();
        let answered = read(&format!("<methodResponse><params>{params}</params></methodResponse>"));
        prop_assert_eq!(answered, Ok(Ok(expected)));
    }

    #[test]
    fn nothing_that_comes_causes_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn a_damaged_answer_causes_no_panic(at in 0_usize..400, byte in any::<u8>(), (value, _) in values()) {
        let mut call = request("m", vec![value]);
        if let Some(place) = call.get_mut(at) {
            *place = byte;
        }
        let text = String::from_utf8_lossy(&call).replace("methodCall", "methodResponse");
        let _ = read(&text);
    }
}

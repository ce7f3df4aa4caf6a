//! The three views of a file hide what they should and keep the columns.

use crate::tidy::Source;

fn code(text: &str) -> Vec<String> {
    Source::new("a.rs", text).lines.iter().map(|line| line.code.trim_end().to_owned()).collect()
}

#[test]
fn comments_and_literals_are_blank_in_the_code() {
    let cases = [
        ("a // unsafe", "a"),
        ("a /* b /* c */ d */ e", "a                   e"),
        ("f(\"unsafe \\\" {\") g", "f(\"           \") g"),
        ("f(r#\"a\" b\"#) g", "f(r#\"    \"#) g"),
        ("f(br\"x\") g", "f(br\" \") g"),
        ("let q = '\"'; // x", "let q = ' ';"),
        ("let q = '\\''; f", "let q = '\\''; f"),
        ("fn f<'a>(x: &'a str) {}", "fn f<'a>(x: &'a str) {}"),
        ("match c { '{' => 1 }", "match c { ' ' => 1 }"),
        ("\"ä\" b", "\"  \" b"),
        ("r#type b", "r#type b"),
    ];
    for (text, expected) in cases {
        assert_eq!(code(text), [expected], "{text}");
    }
}

#[test]
fn a_literal_or_a_comment_may_span_lines() {
    assert_eq!(code("a(\"x\ny\");\nb /* c\nd */ e"), ["a(\"", " \");", "b", "     e"]);
}

#[test]
fn an_item_for_tests_ends_at_its_brace_or_semicolon() {
    let text = "fn a() {}\n#[cfg(test)]\nmod tests;\nfn b() {}\n\
                #[cfg(test)]\n#[path = \"x\"]\nmod t {\n    fn c() {\n    }\n}\nfn d() {}\n";
    let source = Source::new("crates/rt/src/a.rs", text);
    let of_tests: Vec<bool> = source.lines.iter().map(|line| line.is_test).collect();
    let (yes, no) = (true, false);
    assert_eq!(of_tests, [no, yes, yes, no, yes, yes, yes, yes, yes, yes, no]);
}

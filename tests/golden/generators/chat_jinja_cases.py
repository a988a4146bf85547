# SPDX-License-Identifier: Apache-2.0
"""Small templates, one language feature each, with what the environment of transformers makes of them.

    TZ=UTC python chat_jinja_cases.py ../chat

Made with transformers 5.23.0 and jinja2 3.1.6. Output: jinja_cases.json, {"context", "cases": [[template, 0, text] or
[template, 1, error type, message], ...]}.
"""
import json
import pathlib
import sys

from transformers.utils import chat_template_utils as ctu

CONTEXT = {
    "s": "Hello World", "t": "  padded\t\n", "u": "ação ÉCLAIR ßtraße 日本 🦜", "q": "it's \"q\"", "e": "", "lines": "one\ntwo\n\nthree",
    "n": 5, "z": 0, "neg": -7, "big": 9007199254740993, "f": 2.5, "g": 1e20, "h": 0.1, "yes": True, "no": False, "nothing": None,
    "l": [3, 1, 2], "w": ["b", "A", "c", "a"], "m": [[1, 2], [3, 4]], "el": [], "d": {"b": 1, "a": 2, "C": [1, {"x": None}]}, "ed": {},
    "users": [{"name": "Zoe", "age": 30, "on": True, "in": {"k": 1}}, {"name": "adam", "age": 25, "on": False, "in": {"k": 2}},
              {"name": "Bob", "age": 30, "on": True}],
    "messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "yo"}, {"role": "user", "content": "bye"}],
    "items": "shadow", "keyed": {"items": 1, "get": 2, "x y": 3},
}

EXPRESSIONS = r'''
1 + 2 | 7 - 10 | 3 * 4 | 7 / 2 | 6 / 3 | 7 // 2 | -7 // 2 | 7 % 3 | -7 % 3 | 7 % -3 | 2 ** 10 | 2 ** -1 | 2 ** 3 ** 2 | -2 ** 2 | 7.5 // 2
-7.5 // 2 | 7.5 % 2 | -7.5 % 2 | 1 / 3 | 1e20 * 10 | 1e16 | 1e15 | 123456789.123456789 | 0.1 + 0.2 | 1e-5 | 0.0001 | -0.0 | 1_000 | 0x1F | 0b101 | 0o17
1 / 0 | 1 // 0 | 1 % 0 | 1.0 / 0 | true + true | 1 + true | n + f | f * 2 | n / n | 10 // 3.0
"a" + "b" | "a" * 3 | 3 * "ab" | "a" * -1 | "a" + 1 | 1 + "a" | [1] + [2] | [1] * 2 | (1,) + (2,) | [1] + (2,) | {} + {} | none + 1 | "a" - "b" | "a" * 1.5
"a" ~ 1 ~ none ~ true ~ 1.0 ~ [1,"x"] | 1 ~ 2 | "x" ~ undefinedthing ~ "y" | "a" "b" 'c'
1 == 1.0 | 1 == true | "1" == 1 | [1,2] == [1,2] | (1,2) == [1,2] | {"a":1} == {"a":1.0} | none == none | undefinedthing == other | 1 != 2 | "a" < "b" | "a" < 1
[1,2] < [1,3] | 1 < 2 < 3 | 1 < 2 > 3 | 3 > 2 > 1 | "b" > "a" | none < 1 | "Z" < "a" | "é" > "z" | 1 <= 1 | 2 >= 3
1 in [1,2] | 3 not in [1,2] | "a" in "abc" | "" in "abc" | 1 in "abc" | "a" in {"a":1} | 1 in {"a":1} | [] in [[]] | "x" in undefinedthing | undefinedthing in [1] | 1 in none | 2 in range(5) | "k" in 5
not true | not "" | not [] | not none | not 0.0 | not not 1 | not undefinedthing | true and false | 1 and 2 | 0 or "x" | "" or none | 0 and 1 | "a" or "b" | none and 1 | not 1 == 2
1 if true else 2 | 1 if false else 2 | 1 if false | "a" if undefinedthing else "b" | 1 if 0 else 2 if 0 else 3 | (1 if false) is defined
[1,2,3] | (1,2) | (1,) | () | [] | {} | {"a":1,"b":[1,2]} | {1:2,"x":none} | {"a":1,"a":2} | [1,2,] | {"a":1,} | [[1],[2]] | {(1,2):3} | {[1]:2}
"it's" | "say \"hi\"" | 'both \' and "' | "\n\t\\ \x41 \u00e9 \U0001F600" | "\q" | "\101" | ["it's", 'a"b', 'both\'"', "new\nline", "tab\t", "é", "\x00", "\x7f", "\u200b", "\ud7ff", "日本"]
true | True | false | False | none | None | 1.0 | 1.50 | 100000000000000000000.0 | 3.14e2 | 1e3 | 1E3 | 5. | .5
s[0] | s[-1] | s[100] | s[1:4] | s[:5] | s[6:] | s[-5:] | s[::2] | s[::-1] | s[5:1:-1] | s[1:100] | s[-100:3] | u[0:4] | u[-1] | u[::-1] | s[:] | s["x"] | e[0:1] | s[1.5]
l[0] | l[-1] | l[5] | l[1:] | l[::-1] | l[:-1] | l["x"] | l.0 | m[1][0] | m.1.0 | (1,2,3)[1:] | range(10)[2:5] | range(10)[-1] | l[::0] | d[1:2] | nothing[1:] | l[true] | n[0] | [1,2,3][5:] | l[none:2]
d.a | d["a"] | d.zz | d["zz"] | d.C[1].x | d.zz.y | d["zz"]["y"] | d.items is callable | keyed.items is callable | keyed["items"] | keyed["get"] | keyed.get("x y") | keyed["x y"] | none.x | none["x"] | n.x | undefinedthing.x | undefinedthing["x"] | undefinedthing[0] | d[none] | d[[1]]
s.upper() | s.lower() | u.upper() | u.lower() | u.title() | s.title() | "they're bill's".title() | u.capitalize() | "ABC dEF".capitalize() | s.swapcase() | "ß".upper() | "İ".lower() | "ΑΣ".lower() | "ŉ".upper() | "ǆ".title() | "x1y a1b".title()
t.strip() | t.lstrip() | t.rstrip() | "xxhixx".strip("x") | "abcba".strip("ab") | "abc".lstrip("ba") | "\u00a0x\u2003".strip() | "éaé".strip("é") | "  ".strip() | t.strip(none) | "a".strip(1) | "\x1cx\x1f".strip()
s.split() | s.split("o") | s.split("o", 1) | " a  b ".split() | " a  b ".split(" ") | "".split() | "".split(",") | "a,b,c".rsplit(",", 1) | "a b c".rsplit(none, 1) | " a b  c ".rsplit(maxsplit=1) | "a,b".split(sep=",") | "a".split("") | " a b c ".split(none, 1) | "a<b>c".split("<b>") | "abc".split("x")
lines.splitlines() | lines.splitlines(true) | "a\r\nb\rc\x0bd\x85e".splitlines() | "".splitlines() | "a\n".splitlines() | "\n\n".splitlines()
s.startswith("He") | s.startswith(("x","He")) | s.endswith("ld") | s.endswith("") | s.startswith("World", 6) | s.startswith("W", 6, 7) | s.startswith(1) | s.endswith(("a",)) | s.startswith("", 100)
s.replace("l", "L") | s.replace("l", "L", 1) | "aaa".replace("a", "b", 2) | "abc".replace("", "-") | "abc".replace("", "-", 2) | "é".replace("", "x") | s.replace("l") | "aXbX".replace("X", "") | "".replace("", "x")
s.find("o") | s.rfind("o") | s.find("zz") | s.find("o", 5) | u.find("日") | s.index("W") | s.index("zz") | s.count("l") | s.count("") | "aaa".count("aa") | s.find("") | s.find("", 100) | s.rfind("l", 0, 5)
",".join(w) | ",".join("abc") | ", ".join([1]) | "".join([]) | "-".join(d) | "é".join(["a","b"])
"5".isdigit() | "a1".isalnum() | "ab".isalpha() | "".isalpha() | " ".isspace() | "Ab".isupper() | "AB1".isupper() | "ab!".islower() | "Ab Cd".istitle() | "é".isalpha() | "½".isnumeric() | "12".isdecimal() | "abc".isascii() | "é".isascii() | "a_1".isidentifier() | "1a".isidentifier() | "日".isalpha() | "_".isalpha() | "१".isdigit()
"5".zfill(3) | "-5".zfill(4) | "a".ljust(3) ~ "|" | "a".rjust(3, ".") | "a".center(4, "*") | "ab".center(5, "*") | "a".ljust(3, "ab") | "é".rjust(3) | "abc".removeprefix("a") | "abc".removesuffix("bc") | "abc".removesuffix("") | "a-b-c".partition("-") | "a-b-c".rpartition("-") | "abc".partition("-") | "abc".rpartition("-") | "a\tb".expandtabs(4) | "ABC".casefold()
"{} {}".format(1, "a") | "{1} {0}".format(1, 2) | "{a}".format(a=5) | "{{}}".format() | "{:>5}|".format("x") | "{:<5}|".format("x") | "{:^5}|".format("x") | "{:*^7}".format("ab") | "{:05d}".format(42) | "{:.2f}".format(3.14159) | "{:,}".format(1234567) | "{:+d}".format(5) | "{:x}".format(255) | "{:#x}".format(255) | "{:b}".format(5) | "{:e}".format(12345.678) | "{:g}".format(0.00001) | "{:%}".format(0.25) | "{:.1%}".format(0.256) | "{!r}".format("a") | "{0[a]}".format({"a": 1}) | "{0[1]}".format([5,6]) | "{:.3}".format("abcdef") | "{:{}}|".format("a", 4) | "{}".format() | "{:d}".format("a") | "{0} {}".format(1,2) | "{x}".format(y=1) | "{" .format() | "}".format() | "{:5}|".format(none) | "{}".format(none) | "{}".format([1,"a"]) | "{:5}|".format(1) | "{:5}|".format(true) | "{:08.3f}".format(-3.14159) | "{a.b}".format(a={"b": 1}) | "{:é^5}".format("x") | "{:_}".format(1234567) | "{:c}".format(233) | "{:.0f}".format(2.5) | "{:10.3e}|".format(1234.5) | "{0.__class__}".format(1)
"%s and %d" % ("a", 5) | "%s" % "x" | "%05.2f" % 3.14159 | "%x" % 255 | "%%" % () | "%(a)s" % {"a": 1} | "%s" % none | "%r" % "q" | "%s %s" % (1,) | "%s" % (1,2) | "%d" % "a" | "%5s|%-5s|" % ("a","b") | "%+d" % 3 | "%e" % 1234.5 | "%c" % 65 | "%.3s" % "abcdef" | "%i" % 3.9 | "x" % 1 | "%s" % [1,2] | "%o" % 8 | "%*d" % (5, 3) | "%g" % 1e10 | "%#x" % 255
d.keys() | d.values() | d.items() | d.keys()|list | d.get("a") | d.get("zz") | d.get("zz", "dflt") | d.get("zz", default=1) | d.get() | d.copy() | d.items()|length | d.keys()[0] | "a" in d.keys() | 2 in d.values() | d.pop("a") | d.update({}) | d.clear | d.setdefault("x", 1) | d.items is sequence | d.items() is sequence | d.items() is iterable | d.get([1])
l.index(1) | l.index(9) | l.count(3) | l.append(1) | l.pop() | l.sort() | l.copy() | (1,2,1).count(1) | (1,2).index(2) | l.append | l.extend([1]) | l.reverse() | l.nope() | [1,2,1].index(1, 1)
s.__class__ | s.__class__.__mro__ | d._private | s.nope | s.nope() | n.bit_length() | f.is_integer() | 2.0.is_integer() | s() | d() | none() | undefinedthing() | d.zz() | 5()
range(3) | range(3)|list | range(1,10,3)|list | range(5,0,-2)|list | range(0)|list | range(3)|length | range(100001) | range(1,2,0) | range("a") | range(10**9) | range(3)|string | range(0, 10, 3) | range()
dict(a=1, b=2) | dict([("a",1)]) | dict({"a":1}, b=2) | dict() | namespace(a=1).a | namespace(a=1).b | namespace({"x":1}).x | namespace(_a=1) | namespace(a=1)["a"] | dict(1)
raise_exception("boom") | raise_exception("with 'quotes'") | raise_exception() | strftime_now is defined | lipsum is defined | cycler("a","b").next() | joiner(", ")() | dict is callable | range is callable | namespace is defined
'''

FILTERS = r'''
s|upper;s|lower;u|capitalize;s|title;"foo-bar (baz) [qux] <x> it's"|title;t|trim;"xxhixx"|trim("x");5|upper;none|lower;undefinedthing|upper;undefinedthing|trim;[1]|upper
s|length;u|length;l|length;d|length;5|length;none|length;undefinedthing|length;e|length;l|count;(1,2)|length
s|first;s|last;l|first;l|last;el|first;el|last;d|first;e|first;range(3)|last;d|last;undefinedthing|first;undefinedthing|last;5|first
l|sort;w|sort;w|sort(case_sensitive=true);l|sort(reverse=true);users|sort(attribute="age")|map(attribute="name")|list;users|sort(attribute="age,name")|map(attribute="name")|list;users|sort(attribute="name")|map(attribute="name")|join(",");[1,"a"]|sort;"cab"|sort;d|sort;el|sort;[none,1]|sort;m|sort(reverse=true);[2,1.5,true]|sort
d|dictsort;d|dictsort(true);{"a":3,"b":1}|dictsort(false,"value");{"a":3,"b":1}|dictsort(by="value",reverse=true);5|dictsort;undefinedthing|dictsort;d|dictsort(by="x")
[1,2,1,"a","A"]|unique|list;["a","A"]|unique(true)|list;users|unique(attribute="age")|map(attribute="name")|list;[[1]]|unique|list
l|reverse|list;s|reverse;d|reverse|list;5|reverse;range(3)|reverse|list;undefinedthing|reverse|list;(1,2)|reverse|list
l|join;l|join(",");w|join(", ");users|join(",", attribute="name");[none,true,1.5]|join("-");5|join;d|join(",");"abc"|join(".");[]|join(",");undefinedthing|join(",");[[1],"x"]|join(" ")
l|list;s|list;d|list;5|list;none|list;undefinedthing|list;"日本"|list
l|min;l|max;w|min;w|max;w|max(case_sensitive=true);el|min;users|min(attribute="age");[1,"a"]|max;users|max(attribute="age")|string;"hello"|max
l|sum;users|sum(attribute="age");el|sum;[1.5,2]|sum;l|sum(start=10);["a"]|sum;[[1],[2]]|sum(start=[])
users|map(attribute="name")|list;users|map(attribute="in.k")|list;users|map(attribute="in.k", default=0)|list;users|map(attribute="zz", default="-")|join;w|map("upper")|list;w|map("replace","a","x")|list;l|map("string")|join("+");[[1,2],[3]]|map("first")|list;users|map("length")|list;w|map("nope")|list;users|map()|list;users|map(attribute="name", x=1)|list;undefinedthing|map("upper")|list;none|map("upper")|list;m|map(attribute=1)|list;m|map("join","-")|list;w|map("default")|list
l|select("odd")|list;l|select|list;[0,1,"",none,"a"]|select|list;l|reject("odd")|list;l|select("gt",1)|list;l|select("divisibleby",2)|list;l|reject|list;[1,none]|select("none")|list;l|select("nope")|list;l|select("in",[1,2])|list;w|select("equalto","A")|list
users|selectattr("on")|map(attribute="name")|list;users|rejectattr("on")|map(attribute="name")|list;users|selectattr("age","equalto",30)|list|length;users|selectattr("name","in",["Bob"])|map(attribute="age")|first;users|selectattr("in","defined")|list|length;users|selectattr("in.k","eq",2)|map(attribute="name")|list;messages|selectattr("role","equalto","user")|list;messages|selectattr("role","==","user")|map(attribute="content")|join("|");messages|rejectattr("role","ne","user")|list|length;users|selectattr()|list;users|selectattr("age",">",26)|list|length
l|batch(2)|list;l|batch(2,0)|list;range(7)|batch(3,"x")|list;l|slice(2)|list;range(7)|slice(3)|list;range(7)|slice(3,"x")|list;el|batch(2)|list;users|groupby("age");users|groupby("age")|map("first")|list;users|groupby("zz", default=1)|map("last")|map("length")|list;users|groupby("name")|map(attribute=0)|list;w|slice(0)|list
s|replace("l","L");s|replace("l","L",1);5|replace("5","6");none|replace("o","0");s|replace("l",1);s|replace("l");undefinedthing|replace("a","b")
lines|indent;lines|indent(2);lines|indent(2,true);lines|indent(2,first=true,blank=true);lines|indent(">>");"a\n"|indent(2);""|indent;5|indent;"x"|indent(first=true);"a\r\nb"|indent(1);"a\n\nb\n\n"|indent(2)
s|default("x");undefinedthing|default("x");e|default("x");e|default("x",true);none|default("x");none|default("x",boolean=true);undefinedthing|d;undefinedthing.x|default("y");d.zz|default(1);nothing|d("a",true);undefinedthing|default(default_value="q")
"5"|int;"5.9"|int;"x"|int;"x"|int(7);5.9|int;none|int;"0x1A"|int(base=16);"0x1A"|int(0,16);"101"|int(base=2);true|int;undefinedthing|int;" 12 "|int;"-3"|int;"1_000"|int;"1e3"|int;[]|int;"0b11"|int(0,0)
"5.5"|float;"x"|float;"x"|float(1.5);5|float;none|float;true|float;"1e3"|float;"inf"|float;undefinedthing|float;" 2 "|float;"nan"|float;"-Infinity"|float
3.7|round;2.5|round;3.5|round;-2.5|round;3.14159|round(2);2.675|round(2);3.2|round(method="ceil");3.7|round(0,"floor");5|round;15|round(-1);1234.5|round(-2);"a"|round;3.1|round(method="x");3.14159|round(3,"ceil");1e300|round;5|round(2);true|round
-5|abs;5.5|abs;-5.5|abs;"a"|abs;true|abs;undefinedthing|abs
5|string;none|string;[1]|string;1.0|string;undefinedthing|string;d|string;true|string;s|string
d|tojson;l|tojson;s|tojson;u|tojson;u|tojson(ensure_ascii=true);none|tojson;1.0|tojson;1e20|tojson;true|tojson;q|tojson;"<a>&'"|tojson;d|tojson(indent=2);m|tojson(indent=4);el|tojson(indent=2);ed|tojson(indent=2);{"b":1,"a":{"d":1,"c":2}}|tojson(sort_keys=true);d|tojson(separators=(",",":"));d|tojson(separators=[", ",": "]);d|tojson(indent="\t");(1,2)|tojson;{1:2,none:3,true:4,1.5:5}|tojson;undefinedthing|tojson;"\u0001\u001f\u007f\u2028/\b\f"|tojson;"😀\u007f"|tojson(ensure_ascii=true);d.items()|tojson;range(3)|tojson;d|tojson(indent=0);"a\tb\nc\rd\\"|tojson;d|tojson(2);d|tojson(indent=2, separators=(",", ": "));0.1|tojson;-0.0|tojson;users|tojson;namespace()|tojson;users|map(attribute="age")|tojson;(1e400)|tojson
"<b>&\"'"|e;"<b>"|escape;"<b>"|safe;"<b>"|e|e;"<b>"|forceescape;("<b>"|safe) + "<i>";"<i>" + ("<b>"|safe);("<b>"|safe) ~ "<i>";("<"|safe)|upper;("a"|safe) is escaped;"a" is escaped;["<"|safe];5|e;("%s"|safe) % "x"
"%s-%s"|format(1,2);"%(a)s"|format(a=1);"%d"|format("x");"%s"|format(1,a=2);s|center(21) ~ "|";"a b c d e f g h"|truncate(9);"a b c d e f g h"|truncate(9,true);"a b c d e f g h i j k l"|truncate(9,false,"…");"abc"|truncate(2);s|wordcount;"a-b c_d é"|wordcount;"a b/c?é&"|urlencode;{"a b":"c/d","x":1}|urlencode;1000|filesizeformat;1500000|filesizeformat(true);1|filesizeformat;999|filesizeformat
users|first|attr("name") is defined;s|attr("upper") is callable;d|items|list;ed|items|list;undefinedthing|items|list;5|items|list;d|attr("a") is defined;d|attr("items") is callable
w|map("upper")|length;d|items|first;l|map("string")|first;w|reverse|first;l|select|string is string;s|nope;s|upper|nope;s is nope;l|select("odd")|length;(l|map("string")) is iterable;(l|map("string")) is sequence;users|map(attribute="name")|map("lower")|join(" ");l|sort|first;l|sort|reverse|list|tojson
s|trim|upper|lower|title;s|replace(" ","_")|lower~"!";(s ~ "x")|length;-1|abs;- 1|abs;1 + 2|string;s|length == 11;not s|length;s|length > 5 and l|length < 5;l|first + 1;n|default(1) + 2;[1,2]|join(",") ~ "x";s|upper if true else s|lower
'''

TESTS = r'''
s is defined;zz is defined;zz is not defined;zz is undefined;d.a is defined;d.zz is defined;none is none;nothing is none;zz is none;0 is none;n is not none
yes is true;1 is true;no is false;0 is false;yes is boolean;1 is boolean;n is integer;yes is integer;f is integer;f is float;n is float;n is number;f is number;yes is number;"1" is number;s is string;5 is string;none is string;zz is string
d is mapping;l is mapping;l is sequence;s is sequence;d is sequence;5 is sequence;none is sequence;zz is sequence;l is iterable;s is iterable;5 is iterable;none is iterable;zz is iterable;range(2) is iterable;range(2) is sequence;(1,2) is sequence;d is iterable;yes is iterable
3 is odd;4 is odd;4 is even;9 is divisibleby 3;9 is divisibleby(2);9 is divisibleby(num=3);"a" is odd;1.0 is odd;none is even;0 is even;-3 is odd
"abc" is lower;"ABC" is upper;"Ab" is lower;"1" is upper;5 is lower;"" is lower
1 is sameas 1;none is sameas none;l is sameas l;1 is sameas true;1 is eq 1;1 is equalto 2;1 is ne 2;1 is lt 2;2 is gt 1;2 is ge 2;1 is le 0;1 is lessthan 2;1 is greaterthan 2;1 is in [1,2];"a" is in "abc";3 is in(l);3 is not in l;1 is eq
"upper" is filter;"nope" is filter;"odd" is test;"nope" is test;range is callable;s is callable;s.upper is callable;5 is callable;zz is callable
s is string and n is integer;s is string or zz is defined;not s is string;s is not string;n + 1 is odd;n is odd is true;n is defined and n > 3;(n is odd) is true;d.a is number and d["b"] is number;s is string if true else 5;n is divisibleby 5 and true;users[0].name is string;l[0] is number
'''

STATEMENTS = [
    # if
    "{% if n %}a{% endif %}", "{% if z %}a{% else %}b{% endif %}", "{% if z %}a{% elif n == 5 %}b{% else %}c{% endif %}",
    "{% if z %}{% elif z %}{% elif yes %}x{% endif %}", "{% if zz %}a{% else %}b{% endif %}", "{% if not zz %}a{% endif %}", "{% if 1, %}t{% endif %}",
    "{% if n: %}colon{% endif %}", "{% if n %}{% if z %}1{% else %}2{% endif %}{% endif %}", "{% if n is odd and l %}x{% endif %}",
    # for
    "{% for x in l %}{{ x }},{% endfor %}", "{% for x in el %}{{ x }}{% else %}none{% endfor %}", "{% for x in l if x > 1 %}{{ loop.index }}:{{ x }} {% endfor %}",
    "{% for x in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }};{% endfor %}",
    "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}", "{% for k in d %}{{ k }}{% endfor %}", "{% for k, v in d|dictsort %}{{ k }}={{ v }};{% endfor %}",
    "{% for a, b in m %}{{ a }}-{{ b }} {% endfor %}", "{% for (a, b) in m %}{{ a + b }} {% endfor %}", "{% for a, b, c in m %}{{ a }}{% endfor %}", "{% for a, b in [[1]] %}{% endfor %}",
    "{% for c in s %}{{ c }}.{% endfor %}", "{% for x in 5 %}{% endfor %}", "{% for x in none %}{% endfor %}", "{% for x in zz %}a{% else %}e{% endfor %}",
    "{% for x in l %}{% if not loop.last %}{{ x }}, {% else %}{{ x }}{% endif %}{% endfor %}", "{% for x in l %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }} {% endfor %}",
    "{% for x in l %}{% if loop.previtem is defined %}{{ loop.previtem }}{% endif %}|{% endfor %}", "{% for x in l %}{{ loop.cycle('a','b') }}{% endfor %}",
    "{% for x in [1,1,2,2] %}{{ loop.changed(x) }} {% endfor %}", "{% for x in l %}{% for y in l %}{{ loop.index }}{% endfor %}{{ loop.index }};{% endfor %}",
    "{% for x in l %}{% for y in w %}{{ x }}{{ y }} {% endfor %}{% endfor %}", "{% for x in l %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% endfor %}",
    "{% for x in l %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}", "{% for x in l %}{% break %}{% else %}e{% endfor %}", "{% for x in l %}{% continue %}{% else %}e{% endfor %}",
    "{% for x in range(3) %}{{ x }}{% endfor %}{{ x }}", "{% set x = 9 %}{% for x in l %}{{ x }}{% endfor %}{{ x }}", "{% set x = 9 %}{% for y in l %}{% set x = y %}{{ x }}{% endfor %}{{ x }}",
    "{% set x = 9 %}{% for y in l %}{{ x }}{% set x = y %}{% endfor %}", "{% for x in l recursive %}{{ x }}{% endfor %}",
    "{% for n in [{'v':1,'c':[{'v':2,'c':[]},{'v':3,'c':[{'v':4,'c':[]}]}]}] recursive %}{{ loop.depth }}{{ loop.depth0 }}:{{ n.v }}({{ loop(n.c) }}){% endfor %}",
    "{% for x in l %}{{ loop }}{% break %}{% endfor %}x" if False else "{% for x in l %}{{ loop is defined }}{% endfor %}{{ loop is defined }}",
    "{% for x in l if loop.index %}{% endfor %}", "{% for x in users|selectattr('on') %}{{ x.name }}{{ loop.last }}{% endfor %}", "{% for x in l|sort %}{{ x }}{% endfor %}",
    "{% for x in l %}{% set ns = namespace(a=x) %}{{ ns.a }}{% endfor %}", "{% for x in l + w %}{{ x }}{% endfor %}", "{% for x in (1,2) %}{{ x }}{% endfor %}", "{% for x in 1, 2, 3 %}{{ x }}{% endfor %}",
    "{% for x in l if x > 1 %}{{ loop.length }}{{ loop.revindex }}{% endfor %}", "{% for x in l %}{{ loop.nope }}{% endfor %}", "{% for loop in l %}{% endfor %}",
    "{% for a in users %}{% for k, v in a|items %}{{ k }}{% endfor %};{% endfor %}", "{% set ns = namespace(last=0) %}{% for x in [1,1,2] if x != ns.last %}{{ x }}{% set ns.last = x %}{% endfor %}",
    "{% for i in range(l|length - 1, -1, -1) %}{{ l[i] }}{% endfor %}", "{% for x in messages[1:] %}{{ x.role }}{% endfor %}", "{% for x in messages[::-1] %}{{ x.role[0] }}{% endfor %}",
    "{% break %}", "{% for x in l %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}",
    # set
    "{% set x = 5 %}{{ x }}", "{% set x, y = 1, 2 %}{{ x }}{{ y }}", "{% set x = 1, 2 %}{{ x }}", "{% set (x, y) = m[0] %}{{ y }}", "{% set x %}body {{ n }}{% endset %}[{{ x }}]",
    "{% set x | upper %}body{% endset %}{{ x }}", "{% set x | replace('b','B') | trim %} body {% endset %}[{{ x }}]", "{% if yes %}{% set x = 3 %}{% endif %}{{ x }}", "{% set x = 1 %}{% if yes %}{% set x = 3 %}{% endif %}{{ x }}",
    "{% set ns = namespace(c=0) %}{% for x in l %}{% set ns.c = ns.c + x %}{% endfor %}{{ ns.c }}", "{% set ns = namespace() %}{% set ns.new = 1 %}{{ ns.new }}{{ ns.old }}", "{% set d.a = 1 %}", "{% set zz.a = 1 %}",
    "{% set ns = namespace() %}{% set ns._x = 1 %}", "{% set ns = namespace(a=1,b=[1]) %}{{ ns }}", "{% set ns = namespace() %}{% set ns.a, ns.b = 1, 2 %}{{ ns.a }}{{ ns.b }}", "{% set x = y = 1 %}", "{% set 5 = 1 %}", "{% set true = 1 %}",
    "{% set ns = namespace(t='') %}{% for m in messages %}{% set ns.t = ns.t ~ m.content %}{% endfor %}{{ ns.t }}", "{% set x = 'a' if n else 'b' %}{{ x }}", "{% set x = zz %}{{ x is defined }}", "{% set x = none %}{{ x }}{{ x is none }}",
    "{% set x %}{% set y = 1 %}{{ y }}{% endset %}{{ x }}{{ y }}", "{% set ns = namespace() %}{% set ns.x %}blk{% endset %}{{ ns.x }}", "{% set x = x %}{{ x }}", "{% set n = n + 1 %}{{ n }}",
    "{% set a = [] %}{% set a = a + [1] %}{{ a }}", "{% set x, y = 1 %}", "{% set x, y = [1,2,3] %}", "{% set items = [1] %}{{ items }}",
    # macro and call
    "{% macro f(a, b=2) %}{{ a }}-{{ b }}{% endmacro %}{{ f(1) }} {{ f(1, 3) }} {{ f(b=5, a=4) }}", "{% macro f(a) %}[{{ a }}]{% endmacro %}{{ f() }}", "{% macro f(a) %}{{ a is defined }}{% endmacro %}{{ f() }}",
    "{% macro f() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ f(1, 2, x=3) }}", "{% macro f() %}x{% endmacro %}{{ f(1) }}", "{% macro f() %}x{% endmacro %}{{ f(a=1) }}", "{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1, 2) }}",
    "{% macro f(a, b=a) %}{{ b }}{% endmacro %}{{ f(7) }}", "{% macro f(n) %}{% if n > 0 %}{{ n }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(4) }}", "{% macro f() %}{{ n }}{% endmacro %}{{ f() }}",
    "{% macro f() %}{% set x = 1 %}{{ x }}{% endmacro %}{{ f() }}{{ x }}", "{% macro f() %}{{ later }}{% endmacro %}{% set later = 5 %}{{ f() }}", "{% macro f() %} a {% endmacro %}[{{ f() }}][{{ f()|trim }}]",
    "{% macro f() %}<{{ caller() }}>{% endmacro %}{% call f() %}body{% endcall %}", "{% macro f() %}{% for x in l %}{{ caller(x) }}{% endfor %}{% endmacro %}{% call(v) f() %}({{ v }}){% endcall %}",
    "{% macro f() %}{{ caller is defined }}{% endmacro %}{{ f() }}", "{% macro f() %}{{ caller() }}{% endmacro %}{{ f() }}", "{% macro f(a) %}{{ a }}{{ caller() }}{% endmacro %}{% set o = 3 %}{% call f(1) %}{{ o }}{% endcall %}",
    "{% macro f(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ f(*[1,2]) }}{{ f(**{'a':1,'b':2}) }}{{ f(1, **{'b':3}) }}", "{% macro f(a=1, b) %}{% endmacro %}", "{% macro f() %}{{ f.name }}{% endmacro %}{{ f() }}", "{{ g() }}{% macro g() %}x{% endmacro %}",
    "{% macro f(x) %}{{ x }}{% endmacro %}{{ l|map('string')|join }}{{ f(f(1)) }}", "{% macro outer() %}{% macro inner() %}i{% endmacro %}{{ inner() }}o{% endmacro %}{{ outer() }}{{ inner is defined }}", "{% macro f(a) %}{{ a.b }}{% endmacro %}{{ f({'b': 2}) }}",
    "{% macro f(caller) %}{{ caller }}{% endmacro %}{{ f(1) }}", "{% call n() %}{% endcall %}", "{% call 5 %}{% endcall %}", "{% macro f(s) %}{{ s|upper }}{% endmacro %}{{ f('a') ~ f('b') }}", "{% macro f() -%}  x  {%- endmacro %}[{{ f() }}]",
    "{% macro f(a, b='x', c=none) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ f(1, c=2) }}", "{% if yes %}{% macro f() %}in if{% endmacro %}{% endif %}{{ f() }}", "{% macro f() %}{{ kwargs|dictsort }}{% endmacro %}{{ f(b=1, a=2) }}", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    # with, filter, raw, generation, block, comments
    "{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}{{ a }}", "{% with a = n, b = a %}{{ b is defined }}{% endwith %}", "{% with %}{% set q = 1 %}{{ q }}{% endwith %}{{ q }}", "{% filter upper %}abc{{ s }}{% endfilter %}", "{% filter replace('a','b')|upper %}aXa{% endfilter %}",
    "{% filter trim %}  x {% endfilter %}|", "{% raw %}{{ x }}{% if %}{% endraw %}", "{% raw -%}  a  {%- endraw %}|", "a {%- raw %} b {% endraw -%} c", "{% generation %}gen {{ n }}{% endgeneration %}", "{% generation %}{% set q = 1 %}{% endgeneration %}{{ q }}",
    "{%- generation -%}  x  {%- endgeneration -%}", "{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{% endgeneration %}{% endif %}{% endfor %}", "{% block b %}in {{ n }}{% endblock %}", "{% block b %}x{% endblock b %}",
    "a{# comment #}b", "a{# multi\nline #}b", "a {#- c -#} b", "{# {{ x }} {% if %} #}x", "{##}x", "{# a #}\nb", "{# a +#}\nb", "  {# a #}b", "{% print n, s %}", "{% print n %}", "{% autoescape false %}{{ '<' }}{% endautoescape %}",
    # errors of syntax
    "{{", "{{ }}", "{{ 1 + }}", "{% if %}{% endif %}", "{% if 1 %}", "{% endif %}", "{% for x in l %}{% endif %}", "{% nope %}", "{% do x %}", "{{ 'abc }}", "{{ (1 }}", "{{ 1) }}", "{{ [1 }}", "{# x", "{% raw %}x", "{{ a b }}", "{{ 1 2 }}", "{{ a.  }}", "{{ a | }}",
    "{{ 1 is }}", "{% set %}", "{% set x %}", "{% macro %}{% endmacro %}", "{{ f(a=1, 2) }}", "{{ f(a=1, a=2) }}", "{{ x! }}", "{{ $ }}", "{{ a ? b }}", "{% include 'x' %}", "{% extends 'x' %}", "{% import 'x' as y %}", "{% from 'x' import y %}", "{% elif x %}", "{% else %}", "{{ x is not }}",
    "{{ {1} }}", "{{ {1:} }}", "{{ x[] }}", "{{ x[1,2] }}", "{{ x. }}", "{{ .5 }}", "{{ lambda: 1 }}", "{{ x = 1 }}", "{% if x = 1 %}{% endif %}", "{{ not }}", "{{ a and }}", "{% for in l %}{% endfor %}", "{% for x l %}{% endfor %}", "{% 5 %}", "{%%}", "{{ '\\x4' }}", "{{ 'é' \"ü\" }}",
    # soft and hard unknown names
    "{% if no %}{{ s|nope }}{% endif %}ok", "{{ s|nope if no else 'ok' }}", "{% if no %}{% for x in l %}{{ x|nope }}{% endfor %}{% endif %}ok", "{% if yes %}{{ s|nope }}{% endif %}", "{% if no %}{{ s is nope }}{% endif %}ok", "{% if s is nope %}{% endif %}", "{% for x in el %}{{ x|nope }}{% endfor %}",
    # white space
    "a\n", "a\n\n", "\n", "", "a\r\nb\rc", "  {% if n %}\n  x\n  {% endif %}\ny", "  {%+ if n %}x{% endif %}", "{% if n +%}\nx{% endif %}", "{% if n %}\n\nx{% endif %}", "x  {%- if n -%}  y  {%- endif -%}  z", "x \n {{- n -}} \n y", "x {{ n }}\ny", " {{ n }} \n", "{{ n }}\n\n",
    "{%- if n %}\n\tx\n\t{%- endif %}", "a\n    {% set x = 1 %}\nb", "a {% set x = 1 %} b", "\t{% if n %}\tq\t{% endif %}\t", "{% for x in l %}\n{{ x }}\n{% endfor %}\n", "{% for x in l -%}\n{{ x }}\n{%- endfor %}\n", "line1\n  {# c #}\nline2", "  {% raw %} x {% endraw %}\n", "{% if n %}\r\nx{% endif %}",
    "a\n  {%- set x = 1 -%}\n  b", "{{+ n }}", "{{ n +}}", "{{-n}}", "{{- -n -}}", "x\n\n\n{%- if n %}y{% endif %}", "   \n  {% if n %}a{% endif %}", "a   {% if n %}b{% endif %}", "{% if n %}   {% if n %}x{% endif %}{% endif %}", "{%if n%}x{%endif%}", "{{n}}{{s}}", "{% if n\n%}x{%\nendif %}", "\u00a0{% if n %}x{% endif %}",
    "{{ '{{' }}", "{{ '}}' }}", "{{ {'a': {'b': 1}} }}", "{{ {'a': {'b': 1}}['a']['b'] }}", "{{'%}'}}", "{% set x = '%}' %}{{ x }}", "{ { n } }", "{x} {% if n %}{y}{% endif %} {", "{", "}", "}}", "%}", "#}", "{{ '\\n' }}|", "{{ \"a\nb\" }}", "{{ 'a\\\nb' }}",
    # things that templates of models do
    "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% else %}{% set loop_messages = messages %}{% endif %}{{ loop_messages|length }}",
    "{% for message in messages %}{{ '<|' + message['role'] + '|>' + '\\n' + message['content'] | trim + '<|end|>' }}{% endfor %}", "{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('alternate') }}{% endif %}{% endfor %}ok",
    "{{ messages|map(attribute='content')|join(', ') }}", "{{ messages[-1].content.split('</think>')[-1].lstrip('\\n') }}", "{%- for m in messages %}{{- m.role ~ ': ' ~ m.content }}{%- if not loop.last %}{{- '\\n' }}{%- endif %}{%- endfor %}",
    "{% set content = messages[0].content %}{% if content is string %}S{% elif content is iterable %}L{% endif %}", "{{ (messages|last).role }}", "{{ messages|selectattr('role', 'equalto', 'user')|list|last }}", "{{ users|rejectattr('in', 'undefined')|map(attribute='name')|list }}",
    "{% set ns = namespace(found=false) %}{% for m in messages %}{% if m.role == 'assistant' %}{% set ns.found = true %}{% endif %}{% endfor %}{{ ns.found }}", "{{ 'x' if messages and messages[0].role == 'user' else 'y' }}", "{{ d | tojson | length }}", "{{ '\\n'.join(['a','b']) }}",
    "{% set tools = tools or [] %}{{ tools }}", "{% if tools is defined and tools is not none %}T{% else %}N{% endif %}", "{% if not tools is defined %}{% set tools = none %}{% endif %}{{ tools }}", "{{ messages[0].get('tool_calls', []) }}", "{{ messages[0].tool_calls is defined and messages[0].tool_calls }}",
    "{{ 'a' in messages[0] }}{{ 'role' in messages[0] }}", "{{ messages[0].content[:1] | upper ~ messages[0].content[1:] }}", "{{ strftime_now('%d %b %Y') | length }}", "{{ (n | string) + 'x' }}", "{{ n ~ '' }}", "{{ messages[5].role }}", "{{ messages[0].nope.deep }}", "{{ 'tool' + messages[0].nope }}",
    "{{ users | sort(attribute='name') | map(attribute='name') | join(' ') }}", "{% for k in d.keys() | list %}{{ k }}{% endfor %}", "{% for k, v in d.items() | list | sort %}{% endfor %}", "{{ d.items() | list }}", "{{ dict(users[0], extra=1) }}", "{{ [1,2,3] | list | length }}", "{{ (1, 2) | list }}",
    "{% set x = namespace(l=[]) %}{% for i in range(3) %}{% set x.l = x.l + [i] %}{% endfor %}{{ x.l }}", "{{ 1 if yes }}{{ 1 if no }}", "{{ '%02d' % 5 }}", "{{ s[0] | lower ~ s[1:] }}", "{{ lines.split('\\n') | map('trim') | select | list }}", "{{ u | length ~ u[1] }}", "{{ 'é' | upper }}",
]


def expressions():
    for line in EXPRESSIONS.strip().splitlines():
        for part in line.split(" | "):
            yield "{{ " + part.strip() + " }}"
    for block in (FILTERS, TESTS):
        for line in block.strip().splitlines():
            for part in line.split(";"):
                yield "{{ " + part.strip() + " }}"
    yield from STATEMENTS


def main():
    cases, seen = [], set()
    for template in expressions():
        if template in seen:
            continue
        seen.add(template)
        try:
            compiled = ctu._compile_jinja_template(template)
            text = compiled.render(**json.loads(json.dumps(CONTEXT)), tools=None, documents=None, add_generation_prompt=True, bos_token="<s>", eos_token="</s>")
            text.encode()
            cases.append([template, 0, text])
        except Exception as error:
            cases.append([template, 1, type(error).__name__, str(error)])
    out = pathlib.Path(sys.argv[1]) / "jinja_cases.json"
    body = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    out.write_text('{"context": ' + json.dumps(CONTEXT, ensure_ascii=False) + ',\n"cases": [\n' + body + "\n]}\n")
    print(len(cases), "cases,", sum(c[1] for c in cases), "errors")


if __name__ == "__main__":
    main()

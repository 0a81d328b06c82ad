# ruff: noqa: RUF001 - letters that look like others are among what is tried
"""Ways out of Python sandboxes and ways to stall them, as they are known; none of them may lead anywhere here.

Each is refused when it is compiled, or stopped while it runs.
"""

from __future__ import annotations

ATTRIBUTES = (
    "x.__class__", "().__class__", "''.__class__.__mro__", "[].__class__.__base__.__subclasses__()", "{}.__class__.__bases__[0]",
    "().__class__.__bases__[0].__subclasses__()[59]", "x.__init__.__globals__", "x.__dict__", "x.__doc__", "x.__module__", "x.__reduce_ex__(2)",
    "x.__getattribute__('__class__')", "x.__dir__()", "x.__format__('')", "x.__sizeof__()", "x.__eq__(x)", "(1).__class__", "1.0.__class__",
    "True.__class__", "None.__class__", "x.real", "x.imag", "n.bit_length()", "n.to_bytes(8, 'big')", "n.numerator", "text.format(x)",
    "'{0.__class__}'.format(x)", "'{x.__class__}'.format_map({'x': x})", "text.format_map(m)", "text.encode()", "text.translate(m)",
    "text.maketrans('a', 'b')", "text.casefold()", "text.zfill(100000000)", "text.ljust(100000000)", "text.center(10**9)", "text.expandtabs(10**9)",
    "x.copy()", "x.sort()", "x.clear()", "x.reverse()", "x.__iadd__(x)", "m.setdefault('a', 1)", "m.fromkeys(x)", "m.popitem()", "m.__class__",
    "now.__globals__", "now.__code__", "len.__self__", "str.join", "str.mro()", "abs.__call__(1)", "(x).__class__", "x . __class__", "x.\n__class__",
    "(x).__class__.__name__", "x[0].__class__", "m['a'].__class__", "(x if x else y).__class__", "(x or y).__init__", "x.upper.__self__", "x.append.__self__",
    "m.get.__self__", "text.join.__call__(x)", "x.__class__.__init__.__globals__['sys']", "x.gi_frame", "x.f_back.f_globals", "x.cr_frame", "x.tb_frame",
    "x.__traceback__", "x.__context__", "x.__closure__", "x.__code__.co_consts", "x.__builtins__", "x.func_globals", "x.im_func", "x.__self__",
)  # fmt: skip
NAMES = (
    "__builtins__", "__builtins__['eval']", "__import__", "__import__('os')", "__import__('os').system('id')", "__name__", "__file__", "__loader__", "__spec__",
    "__own", "__budget", "__variables", "__now", "__calendar", "__own['x']", "__budget.units", "__budget.spend(-1000000)", "__budget.__init__()",
    "__variables['x']", "__is_none(x)", "__item(x, 0)", "__error('A')", "__append(__own, __budget, 'x', [], 1)", "__get(__budget, m, 'a')", "_", "_x",
    "_sys", "__debug__", "__doc__", "__package__", "ｅｖａｌ('1')", "__ｉｍｐｏｒｔ__('os')", "＿＿import＿＿('os')", "＿x", "eval('1')", "ｅxec('1')", "𝕖𝕧𝕒𝕝('1')", "ℯval('1')",
    "exec('x=1')", "compile('1', '', 'eval')", "open('/etc/passwd')", "open('/etc/passwd').read()", "input()", "breakpoint()", "help()", "exit()", "quit()",
    "globals()", "locals()", "vars()", "dir()", "type(x)", "type('X', (), {})", "object()", "super()", "isinstance(x, list)", "issubclass(x, y)", "callable(x)",
    "getattr(x, '__class__')", "setattr(x, 'y', 1)", "delattr(x, 'y')", "hasattr(x, 'y')", "id(x)", "hash(x)", "repr(x)", "ascii(x)", "format(x, '1000000000d')",
    "print(x)", "memoryview(x)", "bytearray(10**9)", "bytes(10**9)", "map(len, x)", "filter(len, x)", "zip(x, y)", "enumerate(x)", "iter(x)", "next(x)", "slice(1)",
    "property(x)", "staticmethod(x)", "classmethod(x)", "frozenset(x)", "set(x)", "list(x)", "dict(x)", "tuple(x)", "reversed(x)", "chr(1)", "ord('a')", "hex(1)",
    "pow(9, 99999999)", "divmod(1, 2)", "os.system('id')", "sys.modules", "subprocess.run('id')", "self", "copyright()", "license()", "credits()",
    "execution.getVariable('x')", "java.lang.Runtime", "T(java.lang.Runtime).getRuntime().exec('id')",
)  # fmt: skip
SYNTAX = (
    "lambda: x", "(lambda: 1)()", "(lambda f: f(f))(lambda f: f(f))", "[q for q in x]", "{q for q in x}", "{q: q for q in x}", "(q for q in x)", "[*x]", "{**m}",
    "[x, *y]", "f'{x}'", "f'{x!r}'", "f'{x.__class__}'", "f'{__import__(\"os\")}'", "f'{x:>1000000000}'", "f'{n:{n}}'", "rf'{x}'", "(z := 1)", "[z := 1]", "len(z := x)",
    "max(x, key=len)", "max(*x)", "max(**m)", "print(*x, sep='')", "sorted(x, key=len)", "sum(x, start=1)", "len(x=x)", "text.split(sep=',')",
    "text.upper(*x)", "await x", "yield", "yield x", "(yield)", "x[0:1]", "x[::]", "x[::-1]", "x[...]", "x[0:1, 2]", "...", "b'x'", "1j", "2 ** 9", "2 ** 2 ** 2 ** 2 ** 2",
    "9 ** 9 ** 9", "1 << 1000000000", "1 >> 1", "x @ y", "~n", "n & n", "n | n", "n ^ n", "x is y", "x is not y", "x is x is x", "n is 1", "x; y", "x = 1", "x, = y",
    "if x: y", "import os", "x if x", "x ?", "x and", "(", ")", "[", "'", '"""', "\\", "x\\\ny z", "\x00", "x\x00y", "\ud800", "'\\N{BULLET'", "0777", "1__0", "0x", "1e", "`x`",
    "x <> y", "$x", "x!", "x++", "async def f(): pass", "match x:\n case 1: pass", "print x", "exec 'x'", "type X = int", "x: int", "x -> y",
    "(" * 300 + "x" + ")" * 300, "[" * 300 + "]" * 300, "not " * 900 + "x", "-" * 3900 + "1", "x" + "[0]" * 900, "x" + " + x" * 900, "x if x else " * 300 + "x",
    "{'a':" * 300 + "1" + "}" * 300, "len(" * 300 + "x" + ")" * 300, "x" + ".a" * 900, "x" + ".upper()" * 300, "'a' " * 5000, "x" * 5000, "\n" * 100 + "x y",
)  # fmt: skip
FOREIGN = (
    "${x.class}()", "${x.getClass()}", "${x.class.forName('java.lang.Runtime')}", "${''.getClass().forName('java.lang.Runtime')}", "${__class__}", "${x.__class__}",
    "${_x}", "${__builtins__}", "${eval('1')}", "${__import__('os')}", "${execution}", "${execution.setVariable('x', 1)}", "#{x}", "#{x.y()}", "#{execution}", "${${x}}",
    "${x}${y}", "a${x}", "${x = 1}", "${x; y}", "${x -> y}", "${(x -> x)(1)}", "${[1, 2]}", "${{1}}", "${x += y}", "${f'{x}'}", "${lambda: 1}", "${x[0:1]}", "${x ** 2}",
    "${ｅｖａｌ('1')}", "${＿x}", "${x.＿＿class＿＿}", "${" + "(" * 500 + "x" + ")" * 500 + "}", "${" + "!" * 3000 + "x}", "${x" + ".a" * 1000 + "}", "${x" + "[0]" * 1000 + "}",
    "${" + "x ? " * 500 + "1}", "${x" + " && x" * 2000 + "}", "${x" + " - x" * 500 + "}", "${'" + "a" * 5000 + "'}", "${'\\u0041\\x'}", "${x", "${", "${}", "${\x00}", "${`id`}",
    "=x.__class__", "=_x", '=eval("1")', '=__import__("os")', "=x[1]", "=x[item > 1]", "=for i in x return i", "=some i in x satisfies i", "=function(x) x", "={a: 1}", "=x ** 2",
    "=x in x", "=x in [1..1000000000]", "=[1..1000000000]", "=external({java: 1})", '=function(x) external {java: {class: "java.lang.Runtime"}}', '=ｅｖａｌ("1")', "=x.＿＿class＿＿",
    "=" + "(" * 500 + "x", "=" + "not(" * 500 + "x" + ")" * 500, "=" + "-" * 3000 + "x", "=" + "if x then " * 300 + "1", "=x" + ".a" * 1000, "=x" + " + x" * 1000, "=" + "[" * 500, "=\x00",
    "=lambda: 1", "==", "=x := 1", "=import os", "=x; y", "=x\\", "='a'", '="\\x41"',
)  # fmt: skip
BOMBS = (
    "'a' * 1000000000", "[0] * 1000000000", "x * 1000", "1000000000 * [0]", "text * text", "range(1000000000)", "range(n * n * n)", "sum(range(100000)) + sum(range(100000)) + sum(range(100000)) + sum(range(100000)) + sum(range(100000)) + sum(range(100000))",
    "[x, x, x, x, x, x] == [y, y, y, y, y, y]", "sorted(rows + rows + rows)", "sorted([rows, rows, rows])", "int('9' * 4000)", "int('9' * 1300) * int('9' * 1300)", "str(" + "9" * 3000 + " * 1)",
    "9" * 3000 + " * " + "9" * 900, "0x" + "f" * 3900 + " * 3", "round(1, -1000000000)", "round(1.5, 1000000000)", "float('9' * 100000)", "float('1e999999999')[0]", "text.replace('', text)",
    "text.replace('ă', text)", "text.split('')", "text.split('a').join(text)", "(text + text).upper()", "text.join(x)", "', '.join(rows)", "text.join(text.split('b') + ['a', 'b'])",
    "long.split()", "long.upper()", "long.replace('a', 'aa')", "m.items() + m.items() + m.items() + m.items()",
    "add('2026-01-01', 'P999999999Y')", "add('2026-01-01', 'P999999999W')", "add('9999-12-31', 'P1D')", "add('0001-01-01', '-P1D')", "add('2026-01-01', '-P999999999M')", "add('2026-01-01', 'PT1S')",
    "add('2026-01-01', 'P')", "add('2026-01-01', 'P1.5Y')", "add(text, text)", "date(text)", "date('2026-02-30')", "date(2026, 13, 1)", "date(10, 2, 99999999999999999999)", "date('9999-12-31T23:59:59-23:59')",
    "add('0001-01-01T00:00:00', 'P0D')", "add_working_days('2026-01-01', 1000000000)", "add_working_days('2026-01-01', -1000000000000)", "add_working_days('9999-12-31', 1)", "working_days_between('0001-01-01', '9999-12-31')",
    "working_days_between('2026-01-01', '9999-12-31')", "due('2026-01-01', '9999 working-days')", "due('2026-01-01', '9999 working-hours')", "due('9999-12-31', '9999 calendar-days')", "due('2026-01-01', text)",
    "due('2026-01-01', '-1 working-days')", "is_working_day('1900-01-01')", "weekday('٢٠٢٦-٠١-٠١')", "year(now() + now())", "[" + "x + [], " * 100 + "]",
    "max(x, y, x, y, x, y, x, y, x, y)", "x < y or x < y or x < y or x < y or x < y or x < y", "'ăc' in text or 'ăc' in text or 'ăc' in text or 'ăc' in text or 'ăc' in text or 'ăc' in text or 'ăc' in text or 'ăc' in text or 'ăc' in text or 'ăc' in text or 'ăc' in text or 'ăc' in text or 'ăc' in text or 'ăc' in text or 'ăc' in text or 'ăc' in text or 'ăc' in text or 'ăc' in text or 'ăc' in text or 'ăc' in text or 'ăc' in text or 'ăc' in text or 'ăc' in text or 'ăc' in text or 'ăc' in text or 'ăc' in text or 'ăc' in text or 'ăc' in text or 'ăc' in text or 'ăc' in text",
    "missing", "missing + 1", "x[99999999]", "x[-99999999]", "x['a']", "m[1]", "m[x]", "m[m]", "x[1.5]", "text[n * n]", "1 / 0", "1 // 0", "1 % 0", "text % x", "'%s' % x", "'%1000000000d' % 1",
    "int(1e999)", "round(1e999)", "int(1e999 - 1e999)", "x + text", "text - text", "-text", "+x", "x // 2", "sum([[1], [2]])", "sum(text)", "max([])", "min('')", "len(n)", "abs(text)", "{x: 1}", "{m: 1}",
    "get(x, 0)", "get(n, 0)", "n.get('a')", "x.get(0)", "x.upper()", "n.upper()", "text.keys()", "text.items()", "text.join(n)", "text.join([1])", "text.startswith(x)", "text.startswith(n)", "text.split(n)", "text.replace(n, n)",
    "1[0]", "1.5['a']", "True[0]", "None[0]", "'abc'['a']", "[1]['a']", "{}[0]", "[1][{}]", "''[0]",
)  # fmt: skip
STATEMENTS = (
    "import os", "from os import path", "from os import *", "import os as x", "def f(): pass", "def f(): f()\nf()", "class A: pass", "@x\ndef f(): pass", "async def f(): pass", "while True: pass",
    "while 1:\n  x = 1", "with x: pass", "with open('a') as f: pass", "try:\n  x = 1\nexcept: pass", "try:\n  x = 1\nfinally:\n  x = 2", "raise x", "raise ValueError", "assert x", "del x", "del x[0]",
    "global x", "nonlocal x", "return 1", "yield x", "await x", "x: int = 1", "x: __import__('os') = 1", "a = b = 1", "a, b = 1, 2", "[a, b] = x", "*a, b = x", "x.y = 1", "x.__class__ = 1", "x[0:1] = [1]",
    "x[0].y = 1", "__own = 1", "__budget = 1", "__variables = 1", "_x = 1", "__builtins__ = 1", "__own['y'] = 1", "__budget.units = 1000000000", "__variables['x'] = 1", "len = 1", "now = 1", "bpmn_error = 1",
    "for len in x: pass", "for _x in x: pass", "for x.y in x: pass", "for x[0] in x: pass", "for a, *b in x: pass", "for a, (b, c) in x: pass", "for a in x:\n  pass\nelse:\n  b = 1", "async for a in x: pass",
    "for a in x:\n  def f(): pass", "if x:\n  import os", "break", "continue", "if x:\n  break", "exec('x = 1')", "eval('1')", "print(1)", "open('a')", "x", "1", "'doc'", "x.upper()", "text.upper()", "len(x)", "x.sort()",
    "x.append", "x.append()", "x.append(1, 2)", "x.append(*x)", "x.append(item=1)", "x.clear()", "x.copy()", "x.__init__()", "x.__setitem__(0, 1)", "x.__iadd__(x)", "m.__setitem__('a', 1)", "m.setdefault('a', [])", "m.popitem()",
    "a = x.append(1)", "a = x.pop()", "[x.append(1)]", "x.append(x.pop())", "(x.append(1))\ny.z", "[1].append(2)", "x.upper().append(1)", "get(m, 'a').append(1)", "x[0:1].append(1)", "x.y.append(1)", "_x.append(1)", "len.append(1)",
    "__own.append(1)", "bpmn_error()", "bpmn_error(x)", "bpmn_error(text)", "bpmn_error('A' + text)", "bpmn_error(f'{x}')", "bpmn_error('')", "bpmn_error('A', text)", "bpmn_error(1)", "bpmn_error(None)", "bpmn_error(*x)", "bpmn_error(code='A')",
    "a = bpmn_error('A')", "bpmn_error('A').__traceback__", "raise bpmn_error('A')", "if bpmn_error('A'):\n  pass", "x := 1", "x = (y := 1)", "x = yield", "x = await y", "x = lambda: 1", "x = [a for a in x]", "x = y = z.q", "${x = 1}", "=x",
    "x = ${y}", "x = 1; import os", "x = 1\nimport os", "match x:\n  case 1:\n    y = 1", "type X = int", "\tx = 1\n  y = 2", "x = (\n" * 300, "x = '''", "if x:", "for a in x:", "x = 1 \\", "x =", "= 1",
    "\n".join("  " * i + "if x:" for i in range(60)) + " y = 1", "\n".join(" " * i + f"for a{i} in x:" for i in range(22)) + " pass", "\n".join(" " * i + f"for a{i} in range(10):" for i in range(15)) + " pass",
    "for i in range(10000):\n  for j in range(10000):\n    pass", "for i in range(10000):\n  z = x + y", "z = [1]\nfor i in range(100):\n  z = [z, z]", "z = 'a'\nfor i in range(100):\n  z = z + z", "z = 2\nfor i in range(100):\n  z = z * z",
    "z = []\nfor i in range(10000):\n  z = z + [z]", "z = {}\nfor i in range(100):\n  z = {'a': z, 'b': z}", "z = []\nfor i in range(10000):\n  z.append(z)", "z = []\nfor i in range(10000):\n  z.append(x)", "z = {}\nfor i in range(10000):\n  z[i] = i",
    "z = {}\nfor i in range(10000):\n  z[i * 2305843009213693951] = i", "for i in range(10000):\n  x.append(i)\n  z = [x]", "z = []\nfor i in range(10000):\n  x.append(i)\n  z = [z, x]", "for i in range(10000):\n  x.insert(0, i)", "for i in range(10000):\n  x.pop(0)",
    "for i in range(10000):\n  x.remove(0)", "for i in range(10000):\n  x[0] = x", "for i in range(10000):\n  m[str(i)] = m", "for i in range(10000):\n  m.update(m)\n  z = [m]", "for i in range(10000):\n  x.extend(x)", "z = [[]]\nfor i in range(10000):\n  z[0] = z",
    "z = [x]\nfor i in range(10000):\n  z[0].append(i)", "z = {'a': m}\nfor i in range(10000):\n  z['a'][str(i)] = 1", "for a in x:\n  for b in x:\n    x.append(a)", "for a, b in m.items():\n  for c, d in m.items():\n    pass", "for a in x:\n  x.append(a)\n  y = x.get('a')",
    "for i in range(10000):\n  z = text.split('a')", "for i in range(10000):\n  z = text.upper()", "for i in range(10000):\n  z = text.replace('a', 'b')", "for i in range(10000):\n  z = m.items()", "for i in range(10000):\n  z = sorted(m.keys())", "for i in range(10000):\n  z = 'b' in text",
    "for i in range(10000):\n  x = rows('phi', '2026-11-24')", "for i in range(10000):\n  x = rows('phi', '2026-11-24', 'loai', i)",
    "for i in range(10000):\n  d = due('2026-01-05', '200 working-days')", "for i in range(10000):\n  d = add_working_days('2026-01-05', 200)", "for i in range(10000):\n  d = working_days_between('2026-01-01', '2026-12-31')", "for i in range(10000):\n  d = add('2026-01-01', 'P1D')\n  e = days_between(d, d)\n  f = add(d, 'P1Y')\n  g = time(now())\n  h = [date(now()), add(now(), 'PT1S'), year(d), month(d)]",
    "x.append(1)\nx.update(m)", "m.append(1)", "text.append(1)", "n.append(1)", "missing.append(1)", "x.insert('a', 1)", "x.insert(10 * 4611686018427387904, 1)", "x.pop(99999999)", "x.pop('a')", "m.pop('nothing')", "m.pop()", "x.remove('nothing')", "x.extend(text)", "x.extend(m)", "x.extend(n)",
    "m.update(x)", "m.update(n)", "m[1] = 2", "m[None] = 1", "m[x] = 1", "m[1.5] = 1", "text[0] = 'b'", "n[0] = 1", "x[99999999] = 1", "x['a'] = 1", "x[1.5] = 1", "x[0][0] = 1", "m['nothing']['a'] = 1", "missing[0] = 1", "x[0] += text", "m['nothing'] += 1", "for a, b in x: pass", "for a, b in m: pass", "for a in n: pass",
)  # fmt: skip
EXPRESSIONS = tuple(dict.fromkeys(ATTRIBUTES + NAMES + SYNTAX + FOREIGN + BOMBS))
SCRIPTS = tuple(dict.fromkeys(STATEMENTS))

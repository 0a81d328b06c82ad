"""What analysts write for procedures has the value that they expect."""

from __future__ import annotations

from typing import Any

import pytest

from engine.domain.table import read_table
from engine.runtime import functions, language, methods, statements
from engine.runtime.assigned import CHANGES
from tests.engine.runtime.bench import CALENDAR

VALUES: dict[str, Any] = {
    "__now": "2026-11-24T01:30:00.000000Z", "__calendar": CALENDAR, "__tables": {"phi": read_table("phi", {"row": [{"loai": "a", "muc": 5000, "valid_from": "2026-01-01"}]})[0]},
    "le_phi": 75000, "da_nop": 50000, "so_ban": 3, "dien_tich": 120.5, "ty_le": 0.5, "no": -2000,
    "ho_ten": "Nguyễn Văn An", "ma": "HS-2026-000123", "loai": "dat_o", "ghi_chu": "  gấp ", "rong": "", "xa": "Phước Bình", "gia": "1.250.000",
    "hop_le": True, "mien_phi": False, "khong_ro": None,
    "ngay_nop": "2026-11-20", "han": "2026-11-27", "ngay_sinh": "2008-02-29", "luc_nop": "2026-11-20T09:30:00Z", "luc_chieu": "2026-11-20T15:45:00+07:00", "gio_may": "2026-11-20T08:15",
    "giay_to": ["to_khai", "cccd", "so_do"], "khong_giay": [], "diem": [7, 9, 8], "muc": [5000, 8000, 12000], "y_kien": [True, True, False],
    "ho_so": {"chu": {"ten": "Lê An", "tuoi": 40}, "thua": [{"so": 12, "dt": 100}, {"so": 15, "dt": 250.5}], "phi": 0, "mien": None},
    "bang": {"dat_o": 2, "dat_vuon": 1}, "khoan": [{"ten": "phi", "tien": 5000}, {"ten": "thue", "tien": 120000}],
}  # fmt: skip
CONDITIONS = [
    # tables
    ('row("phi", today(), "loai", "a")["muc"]', 5000), ('len(rows("phi", "2025-12-31"))', 0),
    # numbers
    ("da_nop >= le_phi", False), ("da_nop < le_phi", True), ("le_phi - da_nop", 25000), ("le_phi - da_nop == 25000", True), ("le_phi * so_ban", 225000), ("le_phi / 2", 37500.0),
    ("le_phi // 2", 37500), ("7 // 2", 3), ("-7 // 2", -4), ("7 % 3", 1), ("-7 % 3", 2), ("so_ban % 2 == 1", True), ("dien_tich > 100", True), ("100 < dien_tich <= 200", True), ("dien_tich * ty_le", 60.25),
    ("le_phi != 0", True), ("no < 0", True), ("-no", 2000), ("+no", -2000), ("le_phi + no * 2", 71000), ("(le_phi + no) * 2", 146000), ("0.1 + 0.2 == 0.3", False), ("round(0.1 + 0.2, 2) == 0.3", True),
    ("so_ban == 3.0", True), ("1_000_000 + 1", 1000001), ("2 * 3 + 4", 10), ("10 - 3 - 2", 5), ("100 / 8", 12.5), ("0x10", 16), ("1e3", 1000.0), ("le_phi == 75000 and so_ban == 3", True),
    ("abs(no)", 2000), ("abs(da_nop - le_phi) <= 25000", True), ("min(le_phi, da_nop)", 50000), ("max(le_phi, da_nop, 80000)", 80000), ("max(0, no)", 0), ("min(muc)", 5000), ("max(diem)", 9), ("sum(muc)", 25000),
    ("sum(diem) / len(diem)", 8.0), ("sum(khong_giay)", 0), ("round(2.5)", 2), ("round(3.5)", 4), ("round(1234.567, 1)", 1234.6), ("round(1250, -2)", 1200), ("round(dien_tich)", 120), ("int(12.9)", 12), ("int(-12.9)", -12),
    ("int('42')", 42), ("int(' 42 ')", 42), ("float('1.5')", 1.5), ("float(3)", 3.0), ("int(True)", 1), ("le_phi * 10 // 100", 7500), ("int(dien_tich * 1000)", 120500), ("range(4)", [0, 1, 2, 3]), ("range(0)", []),
    ("sum(range(101))", 5050), ("len(range(10))", 10), ("500_000 if dien_tich > 500 else 200_000 if dien_tich > 100 else 50_000", 200000),
    # truth
    ("hop_le", True), ("not hop_le", False), ("hop_le and not mien_phi", True), ("mien_phi or le_phi == 0", False), ("hop_le and (mien_phi or da_nop > 0)", True), ("not (hop_le and mien_phi)", True), ("khong_ro is None", True),
    ("le_phi is not None", True), ("not khong_ro", True), ("khong_ro or 'chưa rõ'", "chưa rõ"), ("hop_le or missing", True), ("mien_phi and missing", False), ("hop_le == True", True), ("mien_phi != hop_le", True),
    ("any(y_kien)", True), ("all(y_kien)", False), ("any([])", False), ("all([])", True), ("all([hop_le, le_phi > 0, len(giay_to) > 2])", True), ("bool(0)", False), ("bool('0')", True), ("bool(khong_giay)", False), ("bool(le_phi)", True),
    ("0 if mien_phi else le_phi", 75000), ("'đủ' if da_nop >= le_phi else 'thiếu'", "thiếu"), ("1 if hop_le else 2 if mien_phi else 3", 1), ("is_empty(rong)", True), ("is_empty(ghi_chu)", False), ("is_empty(khong_giay)", True),
    ("is_empty(khong_ro)", True), ("is_empty(0)", False), ("is_empty(mien_phi)", False), ("not is_empty(giay_to)", True), ("is_empty({})", True),
    # texts
    ("loai == 'dat_o'", True), ("loai != 'dat_vuon'", True), ("loai in ('dat_o', 'dat_vuon')", True), ("loai in ['nha_o']", False), ("loai not in ['nha_o', 'can_ho']", True), ("'An' in ho_ten", True), ("'Bình' not in ho_ten", True),
    ("len(ho_ten)", 13), ("ho_ten + ' (' + xa + ')'", "Nguyễn Văn An (Phước Bình)"), ("'-' * 3", "---"), ("ma[0]", "H"), ("ma[-1]", "3"), ("str(le_phi) + ' đồng'", "75000 đồng"), ("str(khong_ro)", ""), ("str(dien_tich)", "120.5"), ("str(True)", "True"),
    ("ghi_chu.strip()", "gấp"), ("ghi_chu.strip() == 'gấp'", True), ("'__a__'.strip('_')", "a"), ("ho_ten.upper()", "NGUYỄN VĂN AN"), ("xa.lower()", "phước bình"), ("ma.startswith('HS-')", True), ("ma.endswith('123')", True), ("ma.startswith('TT')", False),
    ("ma.split('-')", ["HS", "2026", "000123"]), ("ma.split('-')[1]", "2026"), ("int(ma.split('-')[2])", 123), ("ho_ten.split()[-1]", "An"), ("'a  b c'.split()", ["a", "b", "c"]), ("', '.join(giay_to)", "to_khai, cccd, so_do"), ("''.join([])", ""),
    ("gia.replace('.', '')", "1250000"), ("int(gia.replace('.', ''))", 1250000), ("'aaa'.replace('a', 'bb')", "bbbbbb"), ("'ab'.replace('', '-')", "-a-b-"), ("ho_ten.split(' ')[0].upper() + '!'", "NGUYỄN!"), ("'Đ' < 'đ'", True), ("'a' < 'b' < 'c'", True),
    ("rong == ''", True), ("not rong", True), ("'\\n' in 'a\\nb'", True), ('"nháy \'đơn\'"', "nháy 'đơn'"), ("max(['b', 'a'])", "b"), ("'Hồ ' 'sơ'", "Hồ sơ"),
    # lists and maps
    ("len(giay_to) >= 3", True), ("len(khong_giay) == 0", True), ("'cccd' in giay_to", True), ("'anh' in giay_to", False), ("giay_to[0]", "to_khai"), ("giay_to[-1]", "so_do"), ("giay_to[1] == 'cccd'", True), ("giay_to == ['to_khai', 'cccd', 'so_do']", True),
    ("giay_to + ['anh']", ["to_khai", "cccd", "so_do", "anh"]), ("[0] * 3", [0, 0, 0]), ("sorted(diem)", [7, 8, 9]), ("sorted(diem)[-1]", 9), ("sorted(giay_to)[0]", "cccd"), ("[1, 2] < [1, 3]", True), ("(1, 2)", [1, 2]), ("()", []), ("[le_phi, da_nop]", [75000, 50000]),
    ("ho_so['chu']['ten']", "Lê An"), ("ho_so['chu']['tuoi'] >= 18", True), ("ho_so['thua'][1]['dt'] > 200", True), ("ho_so['phi'] == 0", True), ("ho_so['mien'] is None", True), ("'chu' in ho_so", True), ("'em' not in ho_so", True), ("get(ho_so, 'em')", None),
    ("get(ho_so, 'phi', 5)", 0), ("get(ho_so, 'le_phi', 5)", 5), ("get(get(ho_so, 'chu', {}), 'tuoi', 0)", 40), ("ho_so.get('em') is None", True), ("ho_so.get('chu').get('ten')", "Lê An"), ("bang[loai]", 2), ("bang.get('nha_o', 0)", 0), ("bang.keys()", ["dat_o", "dat_vuon"]),
    ("sum(bang.values())", 3), ("bang.items()", [["dat_o", 2], ["dat_vuon", 1]]), ("{'a': 1, 'b': [2]}['b'][0]", 2), ("{'ten': ho_ten, 'phi': le_phi}", {"ten": "Nguyễn Văn An", "phi": 75000}), ("{}", {}), ("len(ho_so)", 4), ("[[1, 2], [3]][0][1]", 2), ("khoan[0]['tien'] + khoan[1]['tien']", 125000),
    ("len(giay_to) == 3 and 'to_khai' in giay_to and 'cccd' in giay_to", True), ("y_kien == [True, True, False]", True), ("sorted(bang.keys())", ["dat_o", "dat_vuon"]), ("bang == {'dat_vuon': 1, 'dat_o': 2}", True),
    # dates
    ("now()", "2026-11-24T01:30:00.000000Z"), ("today()", "2026-11-24"), ("today() == date(now())", True), ("today() > han", False), ("ngay_nop < today() <= han", True), ("date(luc_nop)", "2026-11-20"), ("date('2026-11-20T18:00:00Z')", "2026-11-21"), ("date(ngay_nop)", "2026-11-20"),
    ("date(2026, 2, 28)", "2026-02-28"), ("date(year(today()), 1, 1)", "2026-01-01"), ("time(luc_nop)", "16:30:00"), ("time(luc_chieu) >= '15:00:00'", True), ("time(gio_may)", "08:15:00"), ("time(now()) < '15:00:00'", True), ("time(ngay_nop)", "00:00:00"), ("year(ngay_nop)", 2026),
    ("month(luc_nop)", 11), ("day('2026-11-20T18:00:00Z')", 21), ("weekday(today())", 2), ("weekday('2026-11-22') == 7", True), ("weekday(ngay_nop) in (6, 7)", False), ("add(ngay_nop, 'P7D')", "2026-11-27"), ("add(ngay_nop, 'P7D') == han", True), ("add('2026-01-31', 'P1M')", "2026-02-28"),
    ("add(ngay_sinh, 'P18Y')", "2026-02-28"), ("add(ngay_nop, '-P1M')", "2026-10-20"), ("add('2026-03-31', '-P1M')", "2026-02-28"), ("add(ngay_nop, 'P1Y2M3D')", "2028-01-23"), ("add(ngay_nop, 'P2W')", "2026-12-04"), ("add(ngay_nop, 'PT48H')", "2026-11-22"), ("add(now(), 'PT36H')", "2026-11-25T13:30:00.000000Z"),
    ("add(luc_chieu, 'P1D')", "2026-11-21T08:45:00.000000Z"), ("add(gio_may, 'PT15M')", "2026-11-20T01:30:00.000000Z"), ("add(luc_nop, 'PT24H') < now()", True), ("add('2026-01-31T18:00:00Z', 'P1M')", "2026-02-28T18:00:00.000000Z"), ("days_between(ngay_nop, today())", 4), ("days_between(today(), ngay_nop)", -4),
    ("days_between('2024-02-28', '2024-03-01')", 2), ("days_between(luc_nop, now()) > 3", True), ("years_between(ngay_sinh, today())", 18), ("years_between(ngay_sinh, '2026-02-28')", 17), ("years_between(ngay_sinh, '2026-03-01') >= 18", True), ("years_between('2026-11-24', '2025-11-25')", 0),
    ("years_between('2026-11-24', '2025-11-24')", -1), ("is_working_day(today())", True), ("is_working_day('2026-11-22')", False), ("is_working_day(now())", True), ("add_working_days(ngay_nop, 1)", "2026-11-23"), ("add_working_days(ngay_nop, 5) == han", True), ("add_working_days('2026-11-22', 1)", "2026-11-23"),
    ("add_working_days('2026-11-22', 0)", "2026-11-22"), ("add_working_days('2026-11-23', -1)", "2026-11-20"), ("add_working_days(han, -3)", "2026-11-24"), ("working_days_between(ngay_nop, today())", 2), ("working_days_between(today(), ngay_nop)", -2), ("working_days_between('2026-11-21', '2026-11-22')", 0),
    ("working_days_between(today(), today())", 0), ("working_days_between(ngay_nop, add_working_days(ngay_nop, 15))", 15), ("due('2026-11-20T08:00:00+07:00', '5 working-days')", "2026-11-27T01:00:00.000000Z"), ("due(luc_chieu, '1 working-day')", "2026-11-23T08:45:00.000000Z"), ("due(luc_chieu, 'same-day')", "2026-11-23T10:00:00.000000Z"),
    ("due('2026-11-20', '8 working-hours')", "2026-11-20T10:00:00.000000Z"), ("date(due(ngay_nop, '10 calendar-days'))", "2026-11-30"), ("due(luc_nop, '2 working-days') < now()", False), ("now() > luc_nop", True),
    # as others write them
    ("${le_phi > 50000 && !mien_phi}", True), ("${ho_so.chu.tuoi ge 18 ? 'lon' : 'nho'}", "lon"), ("${empty ghi_chu || so_ban mod 2 == 1}", True), ("=le_phi > 50000 and not(mien_phi)", True), ('=if loai = "dat_o" then bang.dat_o else 0', 2), ('=loai in ["dat_o", "dat_vuon"]', True), ("=years_between(ngay_sinh, today()) >= 18", True),
]  # fmt: skip
SCRIPTS = [
    ("tong = le_phi * so_ban", {"tong": 225000}),
    ("tong = le_phi\ntong += 500\ntong -= 100\ntong *= 2\ntong //= 3\ntong %= 1000", {"tong": 266}),
    ("tb = le_phi\ntb /= 4", {"tb": 18750.0}),
    ("le_phi = 0 if mien_phi else le_phi", {"le_phi": 75000}),
    ("if mien_phi:\n  le_phi = 0\nelif da_nop >= le_phi:\n  con_lai = 0\nelse:\n  con_lai = le_phi - da_nop", {"con_lai": 25000}),
    ("if hop_le: kq = 'nhận'\nelse: kq = 'trả'", {"kq": "nhận"}),
    ("tong = 0\nfor muc_phi in muc:\n  tong += muc_phi", {"tong": 25000, "muc_phi": 12000}),
    ("tong = 0\nfor k in khoan:\n  if k['ten'] == 'phi':\n    continue\n  tong += k['tien']", {"tong": 120000, "k": {"ten": "thue", "tien": 120000}}),
    ("dau = None\nfor d in diem:\n  if d > 8:\n    dau = d\n    break", {"dau": 9, "d": 9}),
    ("thieu = []\nfor g in ['to_khai', 'anh', 'don']:\n  if g not in giay_to:\n    thieu.append(g)", {"thieu": ["anh", "don"], "g": "don"}),
    ("giay_to.append('anh')", {"giay_to": ["to_khai", "cccd", "so_do", "anh"]}),
    ("giay_to.extend(['anh', 'don'])", {"giay_to": ["to_khai", "cccd", "so_do", "anh", "don"]}),
    ("giay_to.insert(1, 'anh')", {"giay_to": ["to_khai", "anh", "cccd", "so_do"]}),
    ("giay_to.remove('cccd')", {"giay_to": ["to_khai", "so_do"]}),
    ("cuoi = giay_to[-1]\ngiay_to.pop()", {"cuoi": "so_do", "giay_to": ["to_khai", "cccd"]}),
    ("giay_to.pop(0)", {"giay_to": ["cccd", "so_do"]}),
    ("giay_to[0] = 'don'", {"giay_to": ["don", "cccd", "so_do"]}),
    ("giay_to[-1] += '_moi'", {"giay_to": ["to_khai", "cccd", "so_do_moi"]}),
    ("bang['nha_o'] = 3", {"bang": {"dat_o": 2, "dat_vuon": 1, "nha_o": 3}}),
    ("bang[loai] += 10", {"bang": {"dat_o": 12, "dat_vuon": 1}}),
    ("bang.update({'dat_o': 0, 'moi': 1})", {"bang": {"dat_o": 0, "dat_vuon": 1, "moi": 1}}),
    ("bang.pop('dat_o')", {"bang": {"dat_vuon": 1}}),
    ("ho_so['chu']['tuoi'] = 41", {"ho_so": VALUES["ho_so"] | {"chu": {"ten": "Lê An", "tuoi": 41}}}),
    ("ho_so['thua'][0]['dt'] *= 2", {"ho_so": VALUES["ho_so"] | {"thua": [{"so": 12, "dt": 200}, {"so": 15, "dt": 250.5}]}}),
    ("ho_so['thua'].append({'so': 1, 'dt': 1})", {"ho_so": VALUES["ho_so"] | {"thua": [{"so": 12, "dt": 100}, {"so": 15, "dt": 250.5}, {"so": 1, "dt": 1}]}}),
    ("ho_so['thua'][1].update({'dt': 0})", {"ho_so": VALUES["ho_so"] | {"thua": [{"so": 12, "dt": 100}, {"so": 15, "dt": 0}]}}),
    ("a = giay_to\na.append('x')\nb = len(giay_to)", {"a": ["to_khai", "cccd", "so_do", "x"], "b": 3}),
    ("a = [1]\nb = a\na.append(2)\nb.append(3)", {"a": [1, 2], "b": [1, 3]}),
    ("a = [1]\na.append(a)\na.append(2)", {"a": [1, [1], 2]}),
    ("a = {'x': [1]}\nb = a\na['x'].append(2)", {"a": {"x": [1, 2]}, "b": {"x": [1]}}),
    ("a = [1, 2]\nfor i in a:\n  a.append(i * 10)", {"a": [1, 2, 10, 20], "i": 2}),
    ("a = {'x': 1}\nfor k in a:\n  a[k + 'y'] = 2", {"a": {"x": 1, "xy": 2}, "k": "x"}),
    ("a = []\nfor i in range(3):\n  a.append([])\n  a[i].append(i)", {"a": [[0], [1], [2]], "i": 2}),
    ("a = [0, 0]\na[1] = a", {"a": [0, [0, 0]]}),
    ("dem = {}\nfor k in ['a', 'b', 'a']:\n  dem[k] = dem.get(k, 0) + 1", {"dem": {"a": 2, "b": 1}, "k": "a"}),
    ("ten = []\nfor loai_dat, so in bang.items():\n  ten.append(loai_dat + ':' + str(so))", {"ten": ["dat_o:2", "dat_vuon:1"], "loai_dat": "dat_vuon", "so": 1}),
    ("s = 0\nfor a, b, c in [[1, 2, 3], [4, 5, 6]]:\n  s += a * b * c", {"s": 126, "a": 4, "b": 5, "c": 6}),
    ("s = ''\nfor chu in 'ab':\n  s = chu + s", {"s": "ba", "chu": "b"}),
    ("s = 0\nfor i in range(3):\n  for j in range(3):\n    if j > i:\n      break\n    s += 1", {"s": 6, "i": 2, "j": 2}),
    ("pass", {}),
    ("if mien_phi:\n  pass\nelse:\n  le_phi = le_phi", {"le_phi": 75000}),
    ("han_moi = add_working_days(today(), 5)", {"han_moi": "2026-12-01"}),
    ("tre = max(0, working_days_between(han, '2026-12-03'))", {"tre": 4}),
    ("tuoi = years_between(ngay_sinh, today())\ndu = tuoi >= 18", {"tuoi": 18, "du": True}),
    ("han_tra = due(luc_nop, '3 working-days')\nngay_tra = date(han_tra)", {"han_tra": "2026-11-25T09:30:00.000000Z", "ngay_tra": "2026-11-25"}),
    ("phat = days_between(han, today()) * 1000 if today() > han else 0", {"phat": 0}),
    ("ngay = date(today())\nyear = year(ngay)\nqua = year + 1", {"ngay": "2026-11-24", "year": 2026, "qua": 2027}),
    ("loi_nhan = 'Còn thiếu: ' + ', '.join(giay_to)", {"loi_nhan": "Còn thiếu: to_khai, cccd, so_do"}),
    ("ten = ho_ten.strip().upper()\nviet_tat = ''\nfor tu in ten.split():\n  viet_tat += tu[0]", {"ten": "NGUYỄN VĂN AN", "viet_tat": "NVA", "tu": "AN"}),
    ("so = int(gia.replace('.', ''))\nthue = round(so * 0.02)", {"so": 1250000, "thue": 25000}),
    ("y_kien_khac = []\nfor y in y_kien:\n  if not y:\n    y_kien_khac.append(y)\nso_khong = len(y_kien_khac)", {"y_kien_khac": [False], "y": False, "so_khong": 1}),
    ("ket_qua = {'ma': ma, 'ngay': today(), 'giay_to': giay_to}", {"ket_qua": {"ma": "HS-2026-000123", "ngay": "2026-11-24", "giay_to": ["to_khai", "cccd", "so_do"]}}),
    ("bac = [[0, 5000], [100, 8000], [500, 12000]]\nphi = 0\nfor tu, muc_phi in bac:\n  if dien_tich >= tu:\n    phi = muc_phi", {"bac": [[0, 5000], [100, 8000], [500, 12000]], "phi": 8000, "tu": 500, "muc_phi": 12000}),
    ("lon = None\nfor t in ho_so['thua']:\n  if lon is None or t['dt'] > lon['dt']:\n    lon = t", {"lon": {"so": 15, "dt": 250.5}, "t": {"so": 15, "dt": 250.5}}),
    ("so_lan = get(ho_so, 'so_lan', 0) + 1", {"so_lan": 1}),
    ("con = giay_to\nfor g in giay_to:\n  if g.startswith('s'):\n    con.remove(g)", {"con": ["to_khai", "cccd"], "g": "so_do"}),
    ("nhom = {}\nfor g in giay_to:\n  dau = g[0]\n  if dau not in nhom:\n    nhom[dau] = []\n  nhom[dau].append(g)", {"nhom": {"t": ["to_khai"], "c": ["cccd"], "s": ["so_do"]}, "g": "so_do", "dau": "s"}),
    ("ds = []\nfor i in range(5000):\n  ds.append(i)\ntong = sum(ds)\nds = len(ds)", {"ds": 5000, "tong": 12497500, "i": 4999}),
    ("m = {}\nfor i in range(2000):\n  m['k' + str(i)] = i\nm = len(m)", {"m": 2000, "i": 1999}),
    ("# chỉ là ghi chú\nx = 1  # và nữa", {"x": 1}),
    ("\n\nx = (1 +\n     2)\n", {"x": 3}),
    ("x = 1; y = 2", {"x": 1, "y": 2}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), CONDITIONS, ids=[text for text, _ in CONDITIONS])
def test_an_ordinary_condition(text, value):
    """Of the right kind too: 1 is not True in the log."""
    found = language.expression(text, strict=True).value(VALUES)

    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(("text", "assigned"), SCRIPTS, ids=[text for text, _ in SCRIPTS])
def test_an_ordinary_script(text, assigned):
    """And what the process holds is as it was."""
    before = repr(VALUES)

    assert language.script(text, strict=True).run(VALUES) == assigned
    assert repr(VALUES) == before


def test_everything_that_the_language_has_is_among_them():
    """There are three hundred, and what is added needs one of its own."""
    texts = [text for text, _ in CONDITIONS] + [text for text, _ in SCRIPTS]
    whole = "\n".join(texts)

    assert len(set(texts)) >= 300
    assert all(f"{name}(" in whole for name in functions.FUNCTIONS)
    assert all(f".{name}(" in whole for name in (*methods.METHODS, *CHANGES))
    assert len(statements.STATEMENTS) == 8

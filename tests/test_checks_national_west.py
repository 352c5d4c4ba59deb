"""The checks of numbers of American and European states: exact verdicts, and none that any text can break.

Numbers are made up and carry a `·`, dropped before use, so that this file is not one of personal data.
"""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakscan.checks import CHECKS, national_west

NAMES = sorted(national_west.CHECKS)

VERDICTS = [
    ("ad_nrt", "C771·283-U", None),
    ("ad_nrt", "C234·567-U", False),
    ("al_nid", "S0090·9639J", None),
    ("al_nid", "S0090·0639J", False),
    ("ar_dni", "79.69·8.050", None),
    ("ar_dni", "11.11·1.111", False),
    ("at_vnr", "9116 ·351225", None),
    ("at_vnr", "9116 ·351227", False),
    ("be_nn", "01.00.0·3-996.31", True),
    ("be_nn", "01.00.0·3-996.37", False),
    ("bg_egn", "85271·36207", None),
    ("bg_egn", "85271·36203", False),
    ("bg_lnch", "22061·70493", None),
    ("bg_lnch", "22061·70497", False),
    ("br_cnh", "85359·086137", True),
    ("br_cnh", "85359·086133", False),
    ("br_pis", "454.725·64.31-5", True),
    ("br_pis", "454.725·64.31-7", False),
    ("br_rg", "09.665·.666-3", None),
    ("br_rg", "09.666·.666-3", False),
    ("br_titulo", "8177 40·09 0701", True),
    ("br_titulo", "8177 40·09 0707", False),
    ("by_personal_number", "6210967·K691BI0", True),
    ("by_personal_number", "6210967·K691BI7", False),
    ("by_unp", "2004·43928", None),
    ("by_unp", "2004·43927", False),
    ("ca_bn", "7504·01580", None),
    ("ca_bn", "7504·01587", False),
    ("ca_driver_licence", "N910621·65075101", None),
    ("ca_driver_licence", "N910621·65075100", False),
    ("ch_ahv", "756.7203·.6023.78", True),
    ("ch_ahv", "756.7203·.6023.77", False),
    ("cl_rut", "46.739·.850-4", None),
    ("cl_rut", "46.739·.850-7", False),
    ("co_nit", "909.62·4.032-1", None),
    ("co_nit", "909.62·4.032-7", False),
    ("cr_cedula", "03-847·6-2062", None),
    ("cr_cedula", "00-847·6-2062", False),
    ("cr_dimex", "14057·502018", None),
    ("cr_dimex", "74057·502018", False),
    ("cu_ni", "34060·350906", None),
    ("cu_ni", "34060·050906", False),
    ("cy_tax_id", "7393·8772L", None),
    ("cy_tax_id", "7393·8777L", False),
    ("cz_birth_number", "01430·6/8520", None),
    ("cz_birth_number", "01430·6/8527", False),
    ("de_document", "X78YC·TL398", None),
    ("de_document", "X78YC·TL397", False),
    ("de_social_security", "25 1404·48E 72 5", True),
    ("de_social_security", "25 1404·48E 72 7", False),
    ("de_steuernummer", "509/20·6/15422", None),
    ("de_steuernummer", "111/11·1/11111", False),
    ("dk_cpr", "23121·6-9487", None),
    ("dk_cpr", "23123·6-9487", False),
    ("do_cedula", "096-30·44745-7", True),
    ("do_cedula", "096-30·44745-3", False),
    ("do_rnc", "50978·288-5", None),
    ("do_rnc", "50978·288-7", False),
    ("ec_ci", "18220·21448", None),
    ("ec_ci", "18220·21447", False),
    ("ec_ruc", "2269758·872-001", None),
    ("ec_ruc", "2269758·872-000", False),
    ("ee_ik", "19711·267724", True),
    ("ee_ik", "19711·267727", False),
    ("es_cif", "S9489·559-6", None),
    ("es_cif", "S9489·559-7", False),
    ("es_social_security", "03/9324·7119/01", True),
    ("es_social_security", "03/9324·7119/07", False),
    ("eu_vat", "DE184·532292", None),
    ("eu_vat", "DE184·532297", False),
    ("fi_hetu", "04129·6A833W", True),
    ("fi_hetu", "04129·6A837W", False),
    ("fr_cni", "311062·513250", None),
    ("fr_cni", "311762·513250", False),
    ("fr_nif", "10 4745·7241 243", True),
    ("fr_nif", "10 4745·7241 247", False),
    ("gr_afm", "7852·03744", None),
    ("gr_afm", "7852·03747", False),
    ("gr_amka", "20079·682280", True),
    ("gr_amka", "20079·682287", False),
    ("gt_cui", "2554 81·489 0832", True),
    ("gt_cui", "2554 81·489 0837", False),
    ("gt_nit", "4469·8356", None),
    ("gt_nit", "4469·8357", False),
    ("hn_dni", "1822-20·10-01150", None),
    ("hn_dni", "1822-20·70-01150", False),
    ("hr_oib", "01592·642557", True),
    ("hr_oib", "01592·642553", False),
    ("hu_taj", "200 9·75 555", None),
    ("hu_taj", "200 9·75 557", False),
    ("hu_tax_id", "87724·92929", None),
    ("hu_tax_id", "87724·92927", False),
    ("ie_pps", "0622·006 G", None),
    ("ie_pps", "0622·007 G", False),
    ("is_kennitala", "24117·8-1020", None),
    ("is_kennitala", "24117·8-1027", False),
    ("it_document", "CQ11·645EA", None),
    ("it_document", "CQ11·111EA", False),
    ("it_iva", "44041·600527", True),
    ("it_iva", "44041·600523", False),
    ("jmbg", "060899·1543099", True),
    ("jmbg", "060899·1543097", False),
    ("lt_ak", "47311·027225", True),
    ("lt_ak", "47311·027227", False),
    ("lu_national_id", "2009-03·2420510", None),
    ("lu_national_id", "2009-03·2420570", False),
    ("lv_pk", "121132·-81397", True),
    ("lv_pk", "121132·-81393", False),
    ("md_idnp", "909457·7117428", True),
    ("md_idnp", "909457·7117427", False),
    ("mk_edb", "413573·4047683", True),
    ("mk_edb", "413573·4047687", False),
    ("mt_id", "9501·528B", None),
    ("mt_id", "1234·567B", False),
    ("mx_elector", "QUBQUA360·72213H620", None),
    ("mx_elector", "QUBQUA360·72273H620", False),
    ("mx_nss", "50316·214076", True),
    ("mx_nss", "50316·214077", False),
    ("nl_bsn", "0016·02329", None),
    ("nl_bsn", "0016·02327", False),
    ("nl_document", "WML4·S0DH2", None),
    ("nl_document", "WML1·S1DH1", False),
    ("no_fnr", "16129·569461", True),
    ("no_fnr", "16129·569467", False),
    ("pa_cedula", "3-330·-2844", None),
    ("pa_cedula", "0-330·-2844", False),
    ("pe_dni", "43234·221-8", None),
    ("pe_dni", "43234·221-7", False),
    ("pe_ruc", "10614·324550", True),
    ("pe_ruc", "10614·324557", False),
    ("pl_document", "RUV8·58634", None),
    ("pl_document", "RUV8·58637", False),
    ("pl_nip", "16921·98472", None),
    ("pl_nip", "16921·98477", False),
    ("pl_regon", "3898·47999", None),
    ("pl_regon", "3898·47997", False),
    ("pt_cc", "305392·600 E44", True),
    ("pt_cc", "305392·600 E47", False),
    ("pt_nif", "5143·60623", None),
    ("pt_nif", "5143·60627", False),
    ("pt_niss", "20774·957391", True),
    ("pt_niss", "20774·957397", False),
    ("py_ruc", "3110·77-0", None),
    ("py_ruc", "3110·77-7", False),
    ("ro_cnp", "438111·0517355", True),
    ("ro_cnp", "438111·0517357", False),
    ("rs_pib", "9205·79470", None),
    ("rs_pib", "9205·79477", False),
    ("ru_inn", "476692·455927", True),
    ("ru_inn", "476692·455923", False),
    ("ru_passport", "3622 ·672626", None),
    ("ru_passport", "3672 ·672626", False),
    ("ru_snils", "878-046·-918 63", True),
    ("ru_snils", "878-046·-918 67", False),
    ("se_personnummer", "12021·5-4546", None),
    ("se_personnummer", "12021·5-4547", False),
    ("si_tax_number", "7197·4164", None),
    ("si_tax_number", "7197·4167", False),
    ("sv_dui", "17627·335-5", None),
    ("sv_dui", "17627·335-7", False),
    ("sv_nit", "1946-291·141-2254", True),
    ("sv_nit", "1946-291·141-2257", False),
    ("ua_passport", "КМ 4·82917", None),
    ("ua_passport", "КМ 4·56789", False),
    ("ua_rntrc", "29112·78534", None),
    ("ua_rntrc", "29112·78537", False),
    ("uk_driving_licence", "SWUIK505·062RA6WL", None),
    ("uk_driving_licence", "SWUIK505·002RA6WL", False),
    ("uk_utr", "22297· 96413", None),
    ("uk_utr", "22297· 96417", False),
    ("us_atin", "9909·37735", None),
    ("us_atin", "9909·77735", False),
    ("us_driver_license", "D262·4473", None),
    ("us_driver_license", "D234·5678", False),
    ("us_driver_license_digits", "7832·4685", None),
    ("us_driver_license_digits", "1234·5678", False),
    ("us_ptin", "P000·61034", None),
    ("us_ptin", "P234·56789", False),
    ("uy_ci", "6.298·.157-3", None),
    ("uy_ci", "6.298·.157-7", False),
    ("uy_rut", "13-0567·66-001-8", True),
    ("uy_rut", "13-0567·66-001-7", False),
    ("ve_rif", "J-3873·7586-3", None),
    ("ve_rif", "J-3873·7586-7", False),
    ("vin", "GL5X3AZR·3H61MF200", None),
    ("vin", "GL5X3AZR·3H61MF207", False),
    ("xk_personal_number", "44472·72577", None),
    ("xk_personal_number", "44472·72573", False),
]  # fmt: skip

PRINTED = [
    ("de_social_security", "15070649·C103"),
    ("br_cnh", "97625·655678"),
    ("br_titulo", "10238·5010671"),
    ("ru_snils", "112-233-·445 95"),
    ("pl_document", "ABA·300000"),
    ("de_document", "L01X0·0T471"),
    ("uk_driving_licence", "MORGA·657054SM9IJ"),
    ("sv_dui", "00016·297-5"),
    ("se_personnummer", "811228·-9874"),
    ("fi_hetu", "131052·-308T"),
    ("ch_ahv", "756.9217·.0769.85"),
    ("be_nn", "85.07.30·-033.28"),
    ("ee_ik", "37605·030299"),
    ("lv_pk", "161175·-19997"),
    ("no_fnr", "151086·95088"),
    ("ie_pps", "643343·5F"),
    ("al_nid", "J00101·999W"),
    ("gr_amka", "010130·99997"),
    ("hr_oib", "333920·05961"),
    ("ro_cnp", "163061·5123457"),
    ("ru_inn", "500100·732259"),
    ("uy_rut", "211003·420017"),
    ("jmbg", "010100·6500006"),
    ("nl_bsn", "111222·333"),
    ("cz_birth_number", "710319·/2745"),
    ("is_kennitala", "120174·-3399"),
    ("lt_ak", "333092·40064"),
    ("pe_ruc", "205123·33797"),
    ("ec_ci", "171430·7103"),
    ("do_cedula", "001-1391820·-5"),
    ("at_vnr", "1237·010180"),
    ("mk_edb", "403000·0375897"),
    ("it_iva", "007431·10157"),
    ("bg_egn", "752316·9263"),
    ("ve_rif", "V-11470·283-4"),
    ("cl_rut", "12.531.·909-2"),
    ("co_nit", "213.123·.432-1"),
    ("ua_rntrc", "175901·3776"),
]  # fmt: skip


def plain(text: str) -> str:
    return text.replace("·", "")


@pytest.mark.parametrize(
    ("name", "text", "verdict"), VERDICTS, ids=[f"{n}-{i}" for i, (n, _, _) in enumerate(VERDICTS)]
)
def test_a_check_says_exactly_this(name: str, text: str, verdict: bool | None) -> None:
    assert CHECKS[name](plain(text)) is verdict


@pytest.mark.parametrize(("name", "text"), PRINTED)
def test_what_every_manual_prints_is_nobodys(name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The issuers' own examples show that the formula is theirs, and are not reported."""
    assert CHECKS[name](plain(text)) is False
    monkeypatch.setattr(national_west, "_PRINTED", frozenset())
    assert CHECKS[name](plain(text)) is not False


def test_the_one_table_has_these_checks() -> None:
    assert {name: CHECKS[name] for name in NAMES} == national_west.CHECKS


def test_every_check_is_seen_to_accept_and_to_refuse() -> None:
    seen = {(name, verdict is False) for name, _, verdict in VERDICTS}
    assert {(name, refused) for name in NAMES for refused in (False, True)} - seen == set()


NUMBERISH = st.text(st.sampled_from(string.digits + "-. /+()<ABCDEFGHMPXYZabcdefx:@٣²é\n"), max_size=40)


@pytest.mark.parametrize("name", NAMES)
@given(text=st.one_of(st.text(max_size=60), NUMBERISH, st.sampled_from([plain(t) for _, t, _ in VERDICTS])))
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_a_check(name: str, text: str) -> None:
    assert CHECKS[name](text) in (True, False, None)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_slip_of_one_character_breaks_no_check(name: str, data: st.DataObject) -> None:
    """Almost-right text reaches deeper into a check than random text does."""
    text = data.draw(st.sampled_from([plain(t) for n, t, _ in VERDICTS if n == name]))
    at = data.draw(st.integers(0, len(text)))
    slip = data.draw(st.one_of(st.text(max_size=2), st.sampled_from(["0", "9", "A", "<", "²", "٣", "\n"])))
    assert CHECKS[name](text[:at] + slip + text[at + 1 :]) in (True, False, None)

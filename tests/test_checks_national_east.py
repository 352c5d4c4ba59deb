"""The checks of national numbers from Africa to the Pacific: exact verdicts, and none that any text can break.

Numbers are made up and carry a `·` somewhere, dropped before use, so that this file is not one of personal data.
"""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakscan.checks import CHECKS, national_east

NAMES = sorted(national_east.CHECKS)

VERDICTS = [
    ("ae_emirates_id", "784-1987-·2732921-5", True),
    ("ae_emirates_id", "784 1992 ·6736358 0", True),
    ("ae_emirates_id", "784-1987-2732921-0", False),
    ("ao_bi", "0023437·52LA002", None),
    ("ao_bi", "0088478·31BE878", None),
    ("ao_bi", "002343752LA00", False),
    ("au_abn", "62 751 ·576 111", True),
    ("au_abn", "55556·254245", True),
    ("au_abn", "62 751 576 110", False),
    ("au_ihi", "8003 6081· 1459 9418", True),
    ("au_ihi", "80036029·17742051", True),
    ("au_ihi", "8003 6081 1459 9410", False),
    ("au_medicare", "2700 6·8322 1", None),
    ("au_medicare", "56459·31471", None),
    ("au_medicare", "2700 68322 0", False),
    ("au_tfn", "412 3·54 213", None),
    ("au_tfn", "8486·70406", None),
    ("au_tfn", "412 354 210", False),
    ("az_voen", "16446·22572", None),
    ("az_voen", "1644622570", False),
    ("bh_cpr", "8704·64201", None),
    ("bh_cpr", "870064201", False),
    ("bw_omang", "7001·17609", None),
    ("bw_omang", "700107609", False),
    ("cm_niu", "P098731·421990D", None),
    ("cm_niu", "M051851·431192X", None),
    ("cm_niu", "P008731421990D", False),
    ("cn_ric", "110105198·704125397", True),
    ("cn_ric", "320501199·206277830", True),
    ("cn_ric", "110105198704125390", False),
    ("gh_ssnit", "C01870·5139354", None),
    ("gh_ssnit", "C018705339354", False),
    ("gh_tin", "P0055·762247", None),
    ("gh_tin", "C0020·600984", None),
    ("gh_tin", "P0055762240", False),
    ("gn_nifp", "832-2·97-287", None),
    ("gn_nifp", "7529·73685", None),
    ("gn_nifp", "832-297-280", False),
    ("hk_hkid", "K4450·02(7)", None),
    ("hk_hkid", "R7850·47(5)", None),
    ("hk_hkid", "K445002(0)", False),
    ("id_kk", "31740412·03168788", None),
    ("id_kk", "3174041200168788", False),
    ("id_npwp", "08.393.560·.1-091.000", None),
    ("id_npwp", "51.711.496·.3-418.000", None),
    ("id_npwp", "08.393.560.0-091.000", False),
    ("il_id", "0801·53430", None),
    ("il_id", "4810·04166", None),
    ("il_id", "080153431", False),
    ("in_driving_licence", "MH14201·40024862", None),
    ("in_driving_licence", "KA-05 20·146061846", None),
    ("in_driving_licence", "MH1420440024862", False),
    ("in_epic", "WKH37·30173", None),
    ("in_epic", "WKH3730170", False),
    ("in_esic", "31866·89010", None),
    ("in_esic", "31-93-1747·91-626-0850", None),
    ("in_esic", "318668901", False),
    ("in_gstin", "27BKNPS·4974R1ZS", True),
    ("in_gstin", "07CWXPM·6966D2ZP", True),
    ("in_gstin", "27BKNPS4974R0ZS", False),
    ("in_vid", "3941 7351· 9946 1885", True),
    ("in_vid", "95282141·53769640", True),
    ("in_vid", "3941 7351 9946 1880", False),
    ("ir_national_code", "00058·18850", None),
    ("ir_national_code", "068-55·2041-2", None),
    ("ir_national_code", "0005818851", False),
    ("jp_my_number", "8800 07·18 4492", True),
    ("jp_my_number", "027242·441619", True),
    ("jp_my_number", "8800 0718 4490", False),
    ("kg_pin", "2120419·8704015", None),
    ("kg_pin", "21204108704015", False),
    ("kr_frn", "870412-·5035741", None),
    ("kr_frn", "920627·6942517", None),
    ("kr_frn", "870412-0035741", False),
    ("kr_rrn", "870412-·1346874", None),
    ("kr_rrn", "920627-·2022289", None),
    ("kr_rrn", "870412-1346870", False),
    ("kw_civil_id", "287041·283941", True),
    ("kw_civil_id", "287041283940", False),
    ("kz_iin", "870412·399623", True),
    ("kz_iin", "870412399620", False),
    ("letters_and_digits", "90F5ABEC9·1F53730540", None),
    ("letters_and_digits", "90F5 A7E4 5·9E0 2906 1F4", None),
    ("letters_and_digits", "48291736", False),
    ("lk_nic", "87121·9139V", None),
    ("lk_nic", "199214·368973", None),
    ("lk_nic", "874219139V", False),
    ("ma_ice", "0060291·50831192", True),
    ("ma_ice", "006029150831190", False),
    ("mn_register", "УБ870·41204", None),
    ("mn_register", "ЧД042·70672", None),
    ("mn_register", "УБ87043204", False),
    ("mu_nid", "R120487·9811359", True),
    ("mu_nid", "B270691·5036281", True),
    ("mu_nid", "R1204879811350", False),
    ("my_nric", "870412-·14-8194", None),
    ("my_nric", "920627-·10-9381", None),
    ("my_nric", "870412-17-8194", False),
    ("mz_nuit", "1503·56660", None),
    ("mz_nuit", "121 0·51 516", None),
    ("mz_nuit", "150356661", False),
    ("na_id", "88051·258777", None),
    ("na_id", "88053258777", False),
    ("nz_ird", "079-2·49-262", None),
    ("nz_ird", "1233·64147", None),
    ("nz_ird", "079-249-260", False),
    ("nz_nhi", "KHH·8911", None),
    ("nz_nhi", "ZCN·96TT", None),
    ("nz_nhi", "KHH8910", False),
    ("qa_qid", "28763·619639", None),
    ("qa_qid", "28793619639", False),
    ("rw_nid", "1 1990 8 0·019611 1 10", None),
    ("rw_nid", "1 1987 7 0·090268 4 56", None),
    ("rw_nid", "1 1990 0 0019611 1 10", False),
    ("sa_id", "29292·34652", None),
    ("sa_id", "13607·16409", None),
    ("sa_id", "2929234650", False),
    ("sg_nric", "S878·7775B", None),
    ("sg_nric", "G352·7452P", None),
    ("sg_nric", "S8787770B", False),
    ("sg_uen", "5840·7439E", None),
    ("sg_uen", "T18LL·3104J", None),
    ("sg_uen", "58407430E", False),
    ("sn_nin", "175119·8202337", None),
    ("sn_nin", "2 619 19·92 98486", None),
    ("sn_nin", "1751190202337", False),
    ("sn_ninea", "536·7546", None),
    ("sn_ninea", "27002·02 2G2", None),
    ("sn_ninea", "5367540", False),
    ("sz_pin", "920817·3892471", None),
    ("sz_pin", "9208373892471", False),
    ("th_national_id", "1-1017-1·8556-96-6", True),
    ("th_national_id", "3-4099-0·4116-25-4", True),
    ("th_national_id", "1-1017-18556-96-0", False),
    ("tn_mf", "1730363K·/A/M/000", None),
    ("tn_mf", "186714·1RPC000", None),
    ("tn_mf", "1730363K/A/M/001", False),
    ("tr_tckn", "48400·132990", True),
    ("tr_tckn", "48400132991", False),
    ("tr_vkn", "46478·04964", None),
    ("tr_vkn", "4647804960", False),
    ("tw_id", "F1335·90533", None),
    ("tw_id", "A2868·78456", None),
    ("tw_id", "F133590530", False),
    ("tw_ubn", "4603·7162", None),
    ("tw_ubn", "46037160", False),
    ("tz_nida", "19870419-00·558-54033-77", None),
    ("tz_nida", "19921023-56·205-31162-22", None),
    ("tz_nida", "19870439-00558-54033-77", False),
    ("uz_pinfl", "3120487·4678661", None),
    ("uz_pinfl", "31200874678661", False),
    ("vn_mst", "82118·90211", None),
    ("vn_mst", "0683508·237-005", None),
    ("vn_mst", "8211890210", False),
    ("za_tax_number", "05107·21673", None),
    ("za_tax_number", "25241·65632", None),
    ("za_tax_number", "0510721670", False),
]
SPECIMENS = [
    ("cn_ric", "1101051949·1231002X", True),  # of the standard GB 11643
    ("hk_hkid", "A123456(3)", False),  # a filler, though its check digit is right
    ("in_vid", "2222222222222222", False),
    ("ir_national_code", "0499·370899", None),
    ("kr_rrn", "221012·-3048293", None),  # born since October 2020: random behind the seventh digit
    ("kr_rrn", "180412-3048293", False),
    ("letters_and_digits", "NATIONAL", False),
    ("letters_and_digits", "48291736", False),
    ("lk_nic", "872·714829V", None),  # a woman: 500 is added to the day
    ("lk_nic", "878904829V", False),
    ("mn_register", "ЧД0427·0683", None),  # born in 2004: 20 is added to the month
    ("mn_register", "XX04270683", False),
    ("nz_nhi", "ZAA·0105", None),
    ("nz_nhi", "ZBN·77VL", None),
    ("nz_nhi", "ABC1235", False),
    ("sg_nric", "S1234567D", False),
    ("tw_id", "A123456789", False),
]


@pytest.mark.parametrize(
    ("name", "text", "verdict"),
    VERDICTS + SPECIMENS,
    ids=[f"{n}-{i}" for i, (n, _, _) in enumerate(VERDICTS + SPECIMENS)],
)
def test_a_check_says_exactly_this(name: str, text: str, verdict: bool | None) -> None:
    assert CHECKS[name](text.replace("·", "")) is verdict


def test_every_check_is_seen_to_accept_and_to_refuse() -> None:
    seen = {(name, verdict is False) for name, _, verdict in VERDICTS}
    assert {(name, refused) for name in NAMES for refused in (False, True)} - seen == set()


NUMBERISH = st.text(st.sampled_from(string.digits + "-. /+()<ABCDEFGHMPXYZabcdefx:@٣²éУБ\n"), max_size=40)


@pytest.mark.parametrize("name", NAMES)
@given(text=st.one_of(st.text(max_size=60), NUMBERISH, st.sampled_from([t for _, t, _ in VERDICTS])))
@settings(max_examples=100, deadline=None)
def test_no_text_breaks_a_check(name: str, text: str) -> None:
    assert CHECKS[name](text) in (True, False, None)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_a_slip_of_one_character_breaks_no_check(name: str, data: st.DataObject) -> None:
    """Almost-right text reaches deeper into a check than random text does."""
    text = data.draw(st.sampled_from([t.replace("·", "") for n, t, _ in VERDICTS if n == name]))
    at = data.draw(st.integers(0, len(text)))
    slip = data.draw(st.one_of(st.text(max_size=2), st.sampled_from(["0", "9", "A", "<", "²", "٣", "\n"])))
    assert CHECKS[name](text[:at] + slip + text[at + 1 :]) in (True, False, None)

"""Checks of who and where a person is: names, street addresses, postcodes, coordinates, ages.

A name proves nothing about itself. `known_name` asks for one that many people bear, for places where any capitalised
word may stand; `person_name` only refuses what is no name, for fields that hold nothing else.
"""

from __future__ import annotations

import re

from leakscan.checks.digits import digits_of, is_filler
from leakscan.types import Check

# -- names -------------------------------------------------------------------------------------------------------

_GIVEN = frozenset(
    # The most common given names of many countries' registers; those that are everyday words are left out.
    "aaliyah aaron abdul abdullah abel abena abigail abimbola abiodun adam adaeze adebayo adedayo ademola adewale "
    "adrian adriana adrien agnieszka ahmad ahmed aisha akash akin akosua alan albert alberto alejandra alejandro "
    "aleksander aleksandra aleksei alessandra alessandro alexander alexandra alexandre alexei alexis alfonso alfredo "
    "alice alicia alina aliyu allison alyssa amanda amara amelia amelie amina aminata amit amoako ana anastasia anders "
    "andrea andreas andrei andrew andrzej anette angela angelica angelina anil anita anjali ankit anna annika anne "
    "annette anthony antoine anton antonella antonia antonio anuj anya apinya aretha ariel arjun armando arnold arturo "
    "arun asha ashley astrid atieno audrey auma aurelie axel ayesha ayo babatunde barbara bartosz beatrice beatriz "
    "benedikt benjamin bernard bernardo beth bianca birgit björn bogdan boris brandon brenda brian bridget brigitte "
    "bruno bukola caio camila camille carla carlo carlos carmen carol carolina caroline catalina catherine cecilia "
    "celine cesar chandra chantal charles charlotte chiamaka chiara chidi chidinma chijioke chinedu chinonso chioma "
    "chris christian christina christine christoph christopher chukwu claire clara claudia claudio clemens colin "
    "connor cornelia craig cristian cristina cynthia damian damien daniel daniela daniele danielle dario dariusz "
    "darren david deborah deepak deepika denise dennis derek diana diego dieter dimitri divya dmitri dmitry dominik "
    "dominique donald donna dorothy douglas dylan ebele ebony edith edoardo eduardo edward efua eileen elaine elena "
    "elias elif elisa elizabeth ella ellen emeka emil emilia emilie emilio emily emma emmanuel enrico enrique eric "
    "erica erik erika ernesto esra esteban esther ethan eugene eva evelyn ewa fabian fabio fabrizio farah fatima "
    "fatou federica federico felipe felix fernanda fernando filip filippo fiona florence florian folake frances "
    "francesca francesco francisca francisco franck françois francois françoise frank franziska frederic frédéric "
    "frida friedrich gabriel gabriela gabriele gaurav geoffrey georg george georgina gerald gerard gerardo gerhard "
    "giacomo gideon giorgia giovanna giovanni giulia giuseppe gloria gonzalo gordon graham grzegorz guadalupe guido "
    "guillaume guillermo gustavo habiba hamid hana hanna hannah hans harald haruto hassan heather hector heidi heike "
    "heinz helen helena helene henrik henrique henry hermann hernan hiroshi hope hubert hugo hussein iain ibrahim "
    "ifeanyi ifeoma ignacio igor ikechukwu imran ines inge ingrid irene irina irma isaac isabel isabella isabelle ishaan "
    "isla ismael ivan ivana jacek jacob jacqueline jaime jakub james jamila jana janet janina jasmine jason javier "
    "jean jeanne jeffrey jennifer jeremy jerome jessica jesus jill joan joana joao joão joanna joaquin joel johan johann "
    "johannes john jonas jonathan jorge jörg jose josé josef joseph josephine joshua juan juana juanita julia julian "
    "juliana julie julien juliette julio jürgen justin justyna kamal kamau karen karin karina karl karolina katarina "
    "katarzyna kate katharina katherine kathleen kathryn katja kavita kazimierz keith kelechi kelly kenji kenneth "
    "kerstin kevin khadija khalid kimberly kiran klaus kofi krishna kristen kristin krzysztof kumar kwabena kwame "
    "kwasi laetitia lakshmi larissa lars laszlo laura laurent leila lena leon leonardo leslie leticia liam lidia liliana "
    "linda lindiwe lisa lorenzo lorena louise luca lucas lucia luciana luis luisa luiz łukasz lukas maciej madeleine "
    "magdalena maksim malgorzata małgorzata mamadou manfred manoj manuel manuela marcel marcelo marcin marco marcos "
    "margaret margarita maria mariam mariana marie marina mario marion marisol marta martha martin martina mary "
    "marwan mateo mateus mateusz mathieu matteo matthew matthias mauricio maxime maximilian mehmet mei melanie melissa "
    "mercy michael michal michał michele michelle miguel mikhail milan miriam mohamed mohammad mohammed mohit moritz "
    "muhammad murali mustafa mwangi nabil nadia naomi narges natalia natalie natasha nathalie nathan neha nia nicholas "
    "nicola nicolas nicole nikhil nikita nikolai nina njeri njoroge nkechi nnamdi noah noel noemi noor norma nuno nyambura "
    "obinna ochieng odhiambo olabisi oleg olena olga oliver olivia olivier olumide oluwaseun omar omondi onyeka oscar "
    "osman otieno pablo paola paolo pascal patricia patrick patrizia paul paula paulina paulo pavel pedro peter petra "
    "philip philipp philippe phillip pierre pilar piotr pooja prakash prasad preeti priya priyanka rachel rafael rahul "
    "rajesh ralf ramesh ramon raquel ravi raymond rebecca renata reinhard renate ricardo riccardo richard rita robert "
    "roberta roberto rodrigo roger rohit roland rolf roman ronald rosa rosario roxana ruben rudolf russell ryan sabine "
    "sabrina sakura salma salvatore samantha samir samuel sandeep sandra sanjay santiago sara sarah sasha satoshi "
    "sebastian sergei sergey sergio shannon sharon shirin shreya simona simone sipho sneha sofia solange sonia sophia "
    "sophie stanislaw stefan stefania stefano stephanie stephen steven sunil sunita suresh susan susana susanne svetlana "
    "sylvia sylvie takashi tamara tanja tariq tatiana tendai teresa thabo thandiwe theresa therese thiago thomas thorsten "
    "tiago tim timothy titilayo tobias tomás tomasz tracy tunde uche ulrich ursula uzoma valentina valeria vanessa vera "
    "veronica veronika victor victoria vijay vikram vincent vincenzo vinícius virginia vishal viviana vladimir wafula "
    "walter wambui wanjiku wanjiru wei werner wilhelm william wojciech wolfgang xavier yasmin yaw yetunde yolanda yuki "
    "yuri yusuf yvonne zainab zanele zhanna zofia zuzanna "
    # The Philippines, Indonesia, Viet Nam, Pakistan, Bangladesh, Latin America, the Maghreb.
    "agung agus arif arvin ayu bambang bayu budi dewi dian dwi eko fitri hendra indah joko jomar jovelyn ligaya lourdes "
    "maricel marites mylene nur putri rizal rizki rodel rowena siti sri sulistyo wahyu yanti yusnita anh bao duc hieu hoa "
    "hung huong khanh linh minh ngoc nguyet phuong quang thanh thao thi thu thuy trang trung tuan tuyet vinh xuan "
    "abdur asif bilal faisal farhana fawad hamza iqra kashif mahmud nadeem nasreen nusrat rafiq rashid saba sadia saima "
    "shahid shakil sumaiya tahmina tanvir usman waqas zahid zeeshan abdelkader amine ayoub fatiha hicham imane karim "
    "khadidja lamia mehdi meriem mounir nabila nadir rachid samira soufiane yassine youssef alba alvaro andres aracely "
    "blanca dulce edgar edwin efrain elvira fabiola francys gilberto griselda humberto iván jhon josefina karla leidy "
    "lizbeth luz maribel marlon maritza mayra milagros nestor nohemi osvaldo oswaldo ramiro rigoberto rocio rosalba "
    "rosaura sandro selene silvia tomas wilmer ximena yadira yamileth yesenia zoila".split()
)
_FAMILY = frozenset(
    "abdi abubakar acheampong achieng acosta adams adekunle adeleke adeyemi aguilar agarwal aguirre ahmed akhtar akinyi "
    "allen almeida alvarez alves amadi anderson andersson antonov araujo asante awuah ayala bailey baker bakker balogun "
    "banerjee barbosa barros bauer bautista becker bello bennett bernard bianchi boateng bonnet boucher braun brooks "
    "bruno cabrera campbell cardoso carter carvalho castillo castro chakraborty chandra chavez chebet chen cheng "
    "cheruiyot chopra chowdhury choudhury clark collins colombo conti contreras costa cruz dang das davies davis delgado "
    "desai deshmukh devi diallo diaz dimitrov dubois dupont durand dvořák eriksson esposito estrada evans fernandes "
    "fernandez ferrara ferrari ferreira figueroa fischer flores fofana fontaine freitas fuchs garcia garcía gauthier "
    "ghosh giordano gomes gomez gómez gonzales gonzalez gonzález gonçalves greco green griffin guerra guerrero gupta "
    "gutierrez guzman hall hansen harris hartmann hashmi hernandez hernández herrera hidalgo hoang hoffmann horvat "
    "hossain hughes huang huber hussain huynh ibrahim islam ivanov ivanova iyer jackson jain jansen jansson jensen "
    "jimenez johansson johnson jones joshi juarez juma kaczmarek kaiser kamara kamau kang kapoor kariuki karlsson kaur "
    "keller kelly kemboi khan khumalo kiplagat kim kimani kipchoge klein koch kovac kovács kowalczyk kowalski kozlov "
    "kowalska krause krüger kumar kumari kuznetsov lambert larsen lefebvre lehmann leroy lewandowski lewis liang lima "
    "lindberg lombardi lopes lopez lópez lorenzo lukas macharia maina malik mancini mariani marino marques martin "
    "martinez martínez martins mazur mbeki mehta mejia melo mendes mendez mendoza mensah meyer mishra mitchell mohamud "
    "molina montoya moraes morales moreau moreira morel moreno moretti morgan morris mukherjee müller munoz murphy "
    "murray mutua mwangi nair nakamura naidoo navarro ncube ndlovu ndiaye nguyen nielsen nkosi novak nowak nunes nyambura "
    "obi ochieng odhiambo ogunleye ojeda okafor okeke okeowo okonkwo okoro okoth oliveira olsen omondi onyango ortega "
    "ortiz otieno owusu pacheco papadopoulos parker patel pedersen peña pereira perez pérez persson petersen petrov "
    "petrova pham phillips pillai pinto popov popescu popa prasad quispe ramirez ramírez ramos rana rao rashid reddy "
    "reyes ribeiro ricci richter rivera rizzo roberts robinson rocha rodrigues rodriguez rodríguez rojas romano romero "
    "rossi rousseau roux roy ruiz russo salazar sanchez sánchez sanders santiago santos sato schmid schmidt schmitz "
    "schneider scholz schröder schulz schwarz serrano shah shaikh sharma shevchenko sidorov silva simões singh sithole "
    "smirnov smith soares sokolov soto souza stewart suarez suzuki svensson swamy szabo szymański takahashi tan tanaka "
    "tavares taylor teixeira tesfaye thakur thomas thompson torres tran traore tshabalala turner vargas vasquez vazquez "
    "vega verma vieira villanueva virtanen vogel volkov wagner walker wambua wang wanjala watanabe watson weber weiss "
    "werner williams wilson winkler wiśniewski wójcik wong wright wu xu yadav yamamoto yang yeboah yıldız yilmaz yılmaz "
    "zamora zhang zhao zhou zhu zieliński zimmermann zulu zuniga".split()
)
_PRINTED_NAMES = frozenset(
    # Whom documentation invents, and whom everybody quotes.
    "doe|mustermann|john doe|jane doe|john smith|jane smith|john appleseed|john|jane|joe|alice|bob|max mustermann|erika mustermann|"
    "juan perez|juan pérez|jean dupont|mario rossi|jan kowalski|foo bar|joe bloggs|john q public|john public|"
    "mary sue|jane roe|richard roe|alan turing|ada lovelace|albert einstein|isaac newton|william shakespeare|"
    "mickey mouse|donald duck|peter parker|homer simpson|lorem ipsum|grace hopper|guido van rossum|linus torvalds".split(
        "|"
    )
)


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\s.,]+", text) if word]


def known_name(text: str) -> bool | None:
    """A name of which at least one part is common in some country, and which documentation does not print."""
    words = [word.casefold() for word in _words(text)]
    if " ".join(words) in _PRINTED_NAMES or not _is_written_as_name(text):
        return False
    parts = [part for word in words for part in word.split("-")]
    return None if any(part in _GIVEN or part in _FAMILY for part in parts) else False


_NO_NAMES = frozenset(
    # What stands in name-shaped fields of software, forms and prose instead of a name.
    "the a an and or of in on at to for from with by as is it its this that these those if then else when please enter "
    "your you my our his her their we they he she i no not yes all any each every one two first last middle given "
    "family full name names surname forename title value values field fields string text number null none nan true "
    "false undefined unknown anonymous anon deleted redacted removed masked hidden private internal external public "
    "test tests tester testing demo dummy example sample placeholder user users username admin administrator root "
    "system bot robot machine model models assistant agent service server client account guest owner member members "
    "team teams group groups role roles manager reviewer rater annotator labeler labeller worker workers tasker "
    "contractor employee candidate participant respondent interviewer customer vendor company expert crowd gold "
    "default other others various multiple both new old good bad high low medium begin end start stop id ids uuid key "
    "keys type types class classes list lists dict object array int integer float bool boolean char varchar date time "
    "year month day address city state country region street phone email mail fax mobile website url link password "
    "login logout submit save cancel delete edit update create insert select click here home page form forms input "
    "output file files folder path data dataset task tasks project projects batch job jobs queue status result results "
    "error errors warning info debug success failed pending done approved rejected open closed active inactive male "
    "female mr mrs ms dr prof sir madam miss gpt claude llama gemini mistral qwen bert whisper human humans llm ai "
    "vorname nachname nombre apellido apellidos nome sobrenome cognome prenom nom monday tuesday wednesday thursday "
    "friday saturday sunday january february march april may june july august september october november december "
    "english french german spanish italian portuguese american british python java javascript windows linux google "
    "microsoft amazon apple facebook openai anthropic look tell see get set note see use used using return returns "
    "required optional was were be been are am do does did can could should would will shall must may might has have "
    "had so but because while where what who which how why there also only just more most some many few such than "
    "was consensus majority average total annotator1 team1 foo bar baz qux hello hi dear thanks thank label labels "
    "order after before into per via between about above below".split()
)


def person_name(text: str) -> bool | None:
    """Refuses what stands in name fields and is no name: roles, words of forms and prose, classes, placeholders."""
    words = [word.casefold() for word in _words(text)]
    if " ".join(words) in _PRINTED_NAMES or not _is_written_as_name(text):
        return False
    if not 1 <= len(words) <= 5 or any(word in _NO_NAMES for word in words):  # noqa: PLR2004
        return False
    return None if max(map(len, words)) > 2 else False  # noqa: PLR2004


def full_person_name(text: str) -> bool | None:
    """As `person_name`, of two words and more."""
    return person_name(text) if len(_words(text)) > 1 else False


def _is_written_as_name(text: str) -> bool:
    """Capital first, then small letters (or all capitals): no digits, no camelCase but O'Brien's and McDonald's."""
    words = _words(text)
    return bool(words) and all(
        re.fullmatch(r"(?:[^\W\d_][’'])?(?:Mc|Mac|De|Di|La|Le)?[^\W\d_a-z][^\W\d_A-Z]*(?:-[^\W\d_]+)*|[^\W\d_a-z]{2,}", word)
        or word in ("de", "da", "do", "dos", "das", "del", "di", "van", "von", "der", "den", "la", "bin", "binti", "al", "el", "y", "e", "le", "ter", "ten")
        for word in words
    )  # fmt: skip


_CHINESE = frozenset(
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖田董袁潘于蒋蔣蔡余杜叶葉程"
    "苏蘇魏吕呂丁任沈姚卢盧姜崔钟鍾谭譚陆陸汪范金石廖贾賈夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙龍史陶黎贺顾顧毛郝龚龔邵万钱錢严"
)
_JAPANESE = frozenset(
    "佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 清水 山崎 池田 橋本 阿部 石川 "
    "山下 中島 石井 小川 前田 岡田 長谷川 藤田 後藤 近藤 村上 遠藤 青木 坂本 斎藤 斉藤 福田 太田 西村 藤井 金子 岡本 藤原 三浦 中野 "
    "中川 原田 松田 竹内 小野 田村 中山 和田 石田 森田 上田 原 内田 柴田 酒井 宮崎 横山 高木 安藤 宮本 大野 小島 谷口 工藤 今井 高田".split()
)
_KOREAN = frozenset("김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진")
_SPECIMENS = frozenset("张三 李四 王五 张三丰 山田太郎 홍길동 田中太郎 山田花子 马化腾 马云 习近平".split())


def cjk_name(text: str) -> bool | None:
    """A Chinese, Japanese or Korean name: a common family name, then one to three characters."""
    plain = re.sub(r"[\s·・]", "", text)
    if plain in _SPECIMENS or not 2 <= len(plain) <= 5:  # noqa: PLR2004
        return False
    if any(plain.startswith(family) and len(plain) - len(family) in (1, 2, 3) for family in _JAPANESE):
        return None
    return None if (plain[0] in _CHINESE and len(plain) <= 3) or (plain[0] in _KOREAN and len(plain) == 3) else False  # noqa: PLR2004


# -- addresses ---------------------------------------------------------------------------------------------------

_ZIPS = {
    # The first three digits of the ZIP codes of each state (USPS Publication 65).
    "AL": (350, 369), "AK": (995, 999), "AZ": (850, 865), "AR": (716, 729), "CA": (900, 961), "CO": (800, 816),
    "CT": (60, 69), "DE": (197, 199), "DC": (200, 205), "FL": (320, 349), "GA": (300, 319), "HI": (967, 968),
    "ID": (832, 838), "IL": (600, 629), "IN": (460, 479), "IA": (500, 528), "KS": (660, 679), "KY": (400, 427),
    "LA": (700, 714), "ME": (39, 49), "MD": (206, 219), "MA": (10, 27), "MI": (480, 499), "MN": (550, 567),
    "MS": (386, 397), "MO": (630, 658), "MT": (590, 599), "NE": (680, 693), "NV": (889, 898), "NH": (30, 38),
    "NJ": (70, 89), "NM": (870, 884), "NY": (100, 149), "NC": (270, 289), "ND": (580, 588), "OH": (430, 459),
    "OK": (730, 749), "OR": (970, 979), "PA": (150, 196), "PR": (6, 9), "RI": (28, 29), "SC": (290, 299),
    "SD": (570, 577), "TN": (370, 385), "TX": (750, 799), "UT": (840, 847), "VT": (50, 59), "VA": (201, 246),
    "WA": (980, 994), "WV": (247, 268), "WI": (530, 549), "WY": (820, 831),
}  # fmt: skip
_STATES = {
    "alabama": "AL", "alaska": "AK", "arizona": "AZ", "arkansas": "AR", "california": "CA", "colorado": "CO",
    "connecticut": "CT", "delaware": "DE", "florida": "FL", "georgia": "GA", "hawaii": "HI", "idaho": "ID",
    "illinois": "IL", "indiana": "IN", "iowa": "IA", "kansas": "KS", "kentucky": "KY", "louisiana": "LA",
    "maine": "ME", "maryland": "MD", "massachusetts": "MA", "michigan": "MI", "minnesota": "MN", "missouri": "MO",
    "nevada": "NV", "new york": "NY", "new jersey": "NJ", "ohio": "OH", "oregon": "OR", "pennsylvania": "PA",
    "texas": "TX", "utah": "UT", "virginia": "VA", "washington": "WA", "wisconsin": "WI",
}  # fmt: skip
_PRINTED_STREETS = re.compile(
    r"(?i)\b123 (?:main|fake|any|example|elm|oak|street|test)|\b1600 (?:pennsylvania|amphitheatre)|\b742 evergreen|"
    r"\b51 franklin|\b59 temple|\b675 mass|\b221b baker|\b10 downing|\b1 infinite loop|\b1 (?:apple park|microsoft)|"
    r"one microsoft way|\bmusterstra|\bexample st|\bbeispielstra|\banytown|\bmusterstadt|\b444 castro|\b171 second|"
    r"\b111 8th|\b543 howard|\b559 nathan|\b77 massachusetts|\b650 townsend|\b5405 mission|\b1111 main|\b1234 "
)
"""Where documentation, licences and everybody lives."""


def us_address(text: str) -> bool | None:
    """An address that ends in state and ZIP code which belong together; of a street that nobody prints."""
    found = re.search(r"([A-Z]{2}|[A-Z][a-z]+(?: [A-Z][a-z]+)?),?\s+([0-9]{5})(?:-[0-9]{4})?$", text)
    if _PRINTED_STREETS.search(text) or found is None:
        return False
    name, zip_code = found.groups()
    low, high = _ZIPS.get(_STATES.get(name.lower(), name), (1000, 0))
    return (low <= int(zip_code[:3]) <= high) and zip_code not in ("12345", "90210")


def street_address(text: str) -> bool | None:
    """A house number and a street that nobody prints, the number no year of a street named for none."""
    return False if _PRINTED_STREETS.search(text) or re.match(r"0+\b", text) else None


_UK_AREAS = frozenset(
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G "
    "GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW "
    "OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC "
    "WD WF WN WR WS WV YO ZE".split()
)
_PRINTED_POSTCODES = frozenset("SW1A1AA SW1A2AA SW1A0AA W1A1AA EC1A1BB M11AE B338TH CR26XH DN551PT W1A0AX".split())


def uk_postcode(text: str) -> bool | None:
    """A postcode of the United Kingdom with an area that exists (BS 7666), alone or at the end of an address."""
    found = re.search(r"(([A-Z]{1,2})[0-9][0-9A-Z]?) ?([0-9][ABD-HJLNP-UW-Z]{2})$", text)
    if found is None or found[2] not in _UK_AREAS or found[1] + found[3] in _PRINTED_POSTCODES:
        return False
    return None


def postal_code(text: str) -> bool | None:
    """A postcode of digits and letters that was not typed to fill a form."""
    plain = re.sub(r"[^0-9A-Z]", "", text.upper())
    digits = digits_of(plain)
    typed = plain in (
        "12345",
        "90210",
        "00000",
        "99999",
        "10001",
        "94103",
        "1234",
        "12345678",
        "K1A0B1",
        "123456",
        "94105",
        "94043",
    )
    round_number = re.fullmatch(r"[1-9]0000", plain)  # a bound of something else
    return False if typed or round_number or not digits or is_filler(digits) or len(set(plain)) < 2 else None  # noqa: PLR2004


# -- places and ages ---------------------------------------------------------------------------------------------


def geo_point(text: str) -> bool | None:
    """Latitude and longitude, or one of them, in range, with decimals somebody measured."""
    numbers = re.findall(r"-?[0-9]{1,3}\.[0-9]{4,15}", text)
    if not 1 <= len(numbers) <= 2 or any(is_filler(n.partition(".")[2][:6]) for n in numbers):  # noqa: PLR2004
        return False
    limits = (90, 180) if len(numbers) == 2 else (180,)  # noqa: PLR2004
    inside = all(abs(float(n)) <= limit for n, limit in zip(numbers, limits, strict=True))
    return None if inside and any(abs(float(n)) > 1 for n in numbers) else False


def human_age(text: str) -> bool | None:
    """An age of somebody who works or lives: 1 to 120."""
    d = digits_of(text)
    return None if 1 <= len(d) <= 3 and 1 <= int(d) <= 120 else False  # noqa: PLR2004


CHECKS: dict[str, Check] = {
    "cjk_name": cjk_name,
    "full_person_name": full_person_name,
    "geo_point": geo_point,
    "human_age": human_age,
    "known_name": known_name,
    "person_name": person_name,
    "postal_code": postal_code,
    "street_address": street_address,
    "uk_postcode": uk_postcode,
    "us_address": us_address,
}

"""The ways people name a place, the place that is meant, and what is no place at all."""

from __future__ import annotations

import pytest

from linea import places, settings

KNOWN = places.load(settings.ROOT / "data")

EXACT = {
    # short names, quarters, slips, and what is written as it is heard
    "SJL": "150132", "S.J.L.": "150132", "s j l": "150132", "San Juan de Lurigancho": "150132",
    "san juan de lurigansho": "150132", "sanjuan de lurigancho": "150132", "Canto Grande": "150132",
    "zarate": "150132", "SMP": "150135", "san martin de porres": "150135", "sn martin de porres": "150135",
    "San Martin de Porras": "150135", "VES": "150142", "villa el salbador": "150142",
    "Villa El Salvador": "150142", "VMT": "150143", "villa maria del triunfo": "150143", "SJM": "150133",
    "san juan de miraflores": "150133", "Pamplona Alta": "150133", "Comas": "150110", "comaz": "150110",
    "Collique": "150110", "los olibos": "150117", "Los Olivos": "150117", "carabayo": "150106",
    "Carabayllo": "150106", "chorillos": "150108", "puente piedra": "150125", "pte piedra": "150125",
    "Ate": "150103", "ate vitarte": "150103", "Huaycán": "150103", "Chosica": "150118", "surco": "150140",
    "santiago de surco": "150140", "manchay": "150123", "sta anita": "150137", "Gamarra": "150115",
    "barrios altos": "150101", "cercado de lima": "150101", "rimac": "150128", "distrito Rímac": "150128",
    "mi distrito es breña": "150105", "Jesús María, Lima": "150113", "Pachacútec": "070106",
    "Ventanilla": "070106", "Mi Perú": "070107",
    # in a sentence, and what stands around it
    "vivo en comas": "150110", "Vivo en Comas por el mercado unicachi": "150110",
    "comas cerca al metropolitano": "150110", "ya no vivo en lima, ahora en huacho": "150801",
    "soy de Venezuela, vivo en Comas": "150110", "Jr. Puno 345, Cercado de Lima": "150101",
    "av. los incas 234 comas": "150110", "hola señorita vivo en Breña": "150105",
    # of several of a name the one whose region is said
    "la victoria, lima": "150115", "La Victoria Chiclayo": "140106", "Miraflores Arequipa": "040110",
    "Miraflores, Lima": "150122", "Independencia Huaraz": "020105", "El Porvenir, Trujillo": "130102",
    "el tambo, huancayo": "120114", "San Miguel, Lima": "150136",
    # the wider of what lies in one another; a district where that is said
    "Lima": "1501", "lima, perú": "1501", "cono norte": "1501", "Lima norte": "1501", "lima provincias": "15",
    "Cusco": "08", "cuzco": "08", "distrito de cusco": "080101", "wanchaq cusco": "080108", "Arequipa": "04",
    "cayma arequipa": "040103", "Trujillo": "1301", "Trujillo, La Libertad": "1301", "La Libertad": "13",
    "San Martín": "22", "Callao": "07", "kallao": "07", "tumbes": "24", "Tumbes, Zarumilla": "2403",
    "provincia de canta": "1504", "Cañete": "1505", "Huancayo": "1201", "Tacna": "23",
    # towns by the name that people use
    "Pucallpa": "2501", "Puerto Maldonado": "1701", "pto maldonado": "1701", "Cerro de Pasco": "1901",
    "tingo maria": "100601", "nazca": "110301", "Talara": "2007", "Chimbote": "021801",
    "Nuevo Chimbote": "021809", "Juliaca": "211101", "máncora": "200706", "aguas verdes": "240302",
    "gregorio albarracin": "230110", "Iquitos": "160101", "tarapoto": "220901", "Mala": "150509",
    # not in Peru
    "otro país": "abroad", "no estoy en el perú": "abroad", "estoy en ecuador": "EC", "quito ecuador": "EC",
    "no vivo en peru, vivo en chile": "CL", "bogotá": "CO", "venezuela": "VE", "españa": "ES",
    "vivo en Tapachula, México": "MX", "Perú": "PE",
}  # fmt: skip

SEVERAL = {
    "La Victoria": ("PE", ["La Victoria, Lima", "La Victoria, Chiclayo"]),
    "Miraflores": (
        "PE",
        ["Miraflores, Lima", "Miraflores, Arequipa", "Miraflores, Huamalíes", "Miraflores, Yauyos"],
    ),
    "independencia": (
        "PE",
        ["Independencia, Lima", "Independencia, Huaraz", "Vilcas Huamán", "Independencia, Pisco"],
    ),
    "Santa Rosa, Puno": ("21", ["Santa Rosa, El Collao", "Santa Rosa, Melgar"]),
}  # fmt: skip

NO_PLACE = (
    "no sé", "salir", "persona", "menu", "menú", "si", "sí claro", "no", "gracias", "no quiero decir", "paso",
    "puedo tomar paracetamol", "tengo fiebre y tos", "hola buenas tardes", "la mascarilla", "nada", "baja",
    "borrar", "mis datos", "ok", "claro que si", "me quiero morir", "mi hijo tiene fiebre", "estoy mala",
    "que mascarilla uso", "donde me hago la prueba en lima", "¿atienden en comas?", "cuanto cuesta en lima",
    "no vivo en Lima", "prefiero no decir", "para que quieres saber", "soy de Venezuela", "soy venezolano",
    "quiero hablar con alguien", "asdf qwer", "12", "34 años", "mujer", "ninguno", "no te entiendo",
)  # fmt: skip


@pytest.mark.parametrize(("said", "code"), EXACT.items())
def test_a_place_is_known_by_what_people_call_it(said: str, code: str) -> None:
    found = KNOWN.resolve(said)
    assert found is not None
    assert (found.code, found.among) == (code, ())


@pytest.mark.parametrize(("said", "expected"), SEVERAL.items())
def test_of_several_places_of_a_name_all_are_offered_and_the_wider_one_kept(
    said: str, expected: tuple[str, list[str]]
) -> None:
    found = KNOWN.resolve(said)
    assert found is not None
    assert (found.code, [KNOWN.title(code) for code in found.among]) == expected


@pytest.mark.parametrize("said", NO_PLACE)
def test_what_is_no_place_is_taken_for_none(said: str) -> None:
    assert KNOWN.resolve(said) is None


@pytest.mark.parametrize(
    ("name", "answer", "code"),
    [
        ("Miraflores", "Miraflores, Arequipa", "040110"),
        ("Miraflores", "el de arequipa", "040110"),
        ("Miraflores", "Lima", "150122"),
        ("La Victoria", "Lambayeque", "140106"),
        ("Independencia", "Vilcas Huamán", "051106"),
        ("Miraflores", "no sé", None),
    ],
)
def test_which_of_several_is_meant_is_told_by_its_title_or_its_region(
    name: str, answer: str, code: str | None
) -> None:
    found = KNOWN.resolve(name)
    assert found is not None
    assert KNOWN.among(found.among, answer) == code


def test_the_places_of_one_name_have_titles_that_differ_and_fit_a_row() -> None:
    for codes in KNOWN.said.values():
        districts = {
            KNOWN.full(code): KNOWN.title(code) for code in codes if len(code) == 6
        }  # INEI has one twice
        titles = list(districts.values())
        assert len(set(titles)) == len(titles)
        assert all(len(title) <= places.MOST_TITLE for title in titles)


def test_what_the_file_of_everyday_names_says_exists() -> None:
    assert all(code in KNOWN.names for codes in KNOWN.said.values() for code in codes)


@pytest.mark.parametrize(
    ("said", "nation"),
    [
        ("soy venezolana", "VE"),
        ("benesolano", "VE"),
        ("venesolana soy", "VE"),
        ("vine de Colombia", "CO"),
        ("ecuatoriana", "EC"),
        ("peruana", "PE"),
        ("de haiti", "HT"),
        ("no te digo", None),
        ("hola", None),
    ],
)
def test_where_somebody_is_from_is_understood_with_slips(said: str, nation: str | None) -> None:
    assert KNOWN.nation(said) == nation

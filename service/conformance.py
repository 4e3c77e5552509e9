"""Which conformance classes are met: only what is, each with the name clients look for."""

FEATURES = "http://www.opengis.net/spec/ogcapi-features"
COMMON = "http://www.opengis.net/spec/ogcapi-common"
CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf"

CONFORMS_TO = (
    f"{COMMON}-1/1.0/conf/core",
    f"{COMMON}-2/1.0/conf/collections",
    f"{FEATURES}-1/1.0/conf/core",
    f"{FEATURES}-1/1.0/conf/oas30",
    f"{FEATURES}-1/1.0/conf/html",
    f"{FEATURES}-1/1.0/conf/geojson",
    f"{FEATURES}-2/1.0/conf/crs",
    f"{FEATURES}-3/1.0/conf/queryables",
    f"{FEATURES}-3/1.0/conf/queryables-query-parameters",
    f"{FEATURES}-3/1.0/conf/filter",
    f"{FEATURES}-3/1.0/conf/features-filter",
    f"{FEATURES}-5/1.0/conf/schemas",
    f"{FEATURES}-5/1.0/conf/queryables",
    f"{FEATURES}-5/1.0/conf/sortables",
    f"{FEATURES}-5/1.0/conf/returnables-and-receivables",
    f"{FEATURES}-5/1.0/conf/advanced-property-roles",
    f"{COMMON}-3/1.0/conf/schemas",
    f"{COMMON}-3/1.0/conf/queryables",
    f"{COMMON}-3/1.0/conf/sortables",
    f"{FEATURES}-6/0.0/conf/property-selection",
    f"{FEATURES}-8/0.0/conf/sorting",
    f"{FEATURES}-8/0.0/conf/features-sorting",
    "http://www.opengis.net/spec/json-fg-1/1.0/conf/core",
    f"{CQL2}/cql2-text",
    f"{CQL2}/cql2-json",
    f"{CQL2}/basic-cql2",
    f"{CQL2}/advanced-comparison-operators",
    f"{CQL2}/case-insensitive-comparison",
    f"{CQL2}/accent-insensitive-comparison",
    f"{CQL2}/basic-spatial-functions",
    f"{CQL2}/basic-spatial-functions-plus",
    f"{CQL2}/basic-spatial-operators",  # the name before 1.0, which QGIS looks for
    f"{CQL2}/spatial-functions",
    f"{CQL2}/temporal-functions",
    f"{CQL2}/array-functions",
    f"{CQL2}/property-property",
    f"{CQL2}/functions",
    f"{CQL2}/arithmetic",
)

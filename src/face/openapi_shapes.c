/* src/face/openapi_shapes.c - what the faces answer, as data: a line a schema, a line an answer.
 *
 *   "Link", "href:string rel:string type?:string"
 *
 * A field is NAME[?]:TYPE; "?" is not always there. A TYPE is string integer number boolean, the name of another
 * schema, any (whatever JSON holds), [TYPE] a list, {TYPE} by name, or words in quotes with | between; "~" behind it
 * may be null. What no line can say stands as JSON. The application's types are made from these
 * (ui: npm run types), and tests/ui/answers.test.mjs holds every answer against its schema.
 */
#include "face/openapi_shapes.h"

/* clang-format off */
static const struct Shape {
    const char *name, *fields;
} shape[] = {
    /* --- everywhere --- */
    { "Value", "{\"nullable\":true,\"oneOf\":[{\"type\":\"string\"},{\"type\":\"number\"},{\"type\":\"boolean\"},"
        "{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Value\"}},"
        "{\"type\":\"object\",\"additionalProperties\":{\"$ref\":\"#/components/schemas/Value\"}}]}" },
    { "Problem", "type:string title:string status:integer detail?:string code?:string where?:string trace?:string "
        "errors?:[PropertyError]" },
    { "PropertyError", "property:string code?:string detail:string" },
    { "Link", "href:string rel:string type?:string title?:string" },
    /* --- registers --- */
    { "Collections", "collections:[Collection] links?:[Link]" },
    { "Collection", "id:string title:string description?:string itemType?:string extent?:Extent crs?:[string] "
        "storageCrs?:string links?:[Link] x-sangzi?:CollectionFacts" },
    { "CollectionFacts", "pack:string task?:string~ geometryType?:'Point'|'LineString'|'Polygon'|'Geometry'~ "
        "label?:string~ parent?:string~ count?:integer changed?:string~ owner?:string~ layer?:string~ hidden?:boolean" },
    { "Extent", "spatial?:SpatialExtent temporal?:TemporalExtent" },
    { "SpatialExtent", "bbox:[[number]]" },
    { "TemporalExtent", "interval:[[string~]]" },
    { "CollectionSchema", "title?:string description?:string type?:string properties:{PropertySchema} required?:[string]" },
    { "PropertySchema", "title?:string description?:string type?:string format?:string enum?:[Value] "
        "items?:PropertySchema minimum?:number maximum?:number minItems?:integer maxItems?:integer maxLength?:integer "
        "pattern?:string readOnly?:boolean default?:Value oneOf?:[PropertySchema] x-ogc-role?:string "
        "x-ogc-propertySeq?:integer x-ogc-unit?:string x-sangzi?:PropertyFacts" },
    { "PropertyFacts", "grade?:integer ref?:[string] many?:boolean labels?:{string} colors?:{string} derived?:string "
        "concept?:string group?:string base?:boolean widget?:string search?:boolean" },
    /* --- records --- */
    { "Geometry", "{\"oneOf\":["
        "{\"type\":\"object\",\"required\":[\"type\",\"coordinates\"],\"properties\":{\"type\":{\"type\":\"string\","
        "\"enum\":[\"Point\"]},\"coordinates\":{\"type\":\"array\",\"items\":{\"type\":\"number\"}}}},"
        "{\"type\":\"object\",\"required\":[\"type\",\"coordinates\"],\"properties\":{\"type\":{\"type\":\"string\","
        "\"enum\":[\"MultiPoint\",\"LineString\"]},\"coordinates\":{\"type\":\"array\",\"items\":{\"type\":\"array\","
        "\"items\":{\"type\":\"number\"}}}}},"
        "{\"type\":\"object\",\"required\":[\"type\",\"coordinates\"],\"properties\":{\"type\":{\"type\":\"string\","
        "\"enum\":[\"MultiLineString\",\"Polygon\"]},\"coordinates\":{\"type\":\"array\",\"items\":{\"type\":\"array\","
        "\"items\":{\"type\":\"array\",\"items\":{\"type\":\"number\"}}}}}},"
        "{\"type\":\"object\",\"required\":[\"type\",\"coordinates\"],\"properties\":{\"type\":{\"type\":\"string\","
        "\"enum\":[\"MultiPolygon\"]},\"coordinates\":{\"type\":\"array\",\"items\":{\"type\":\"array\",\"items\":"
        "{\"type\":\"array\",\"items\":{\"type\":\"array\",\"items\":{\"type\":\"number\"}}}}}}},"
        "{\"type\":\"object\",\"required\":[\"type\",\"geometries\"],\"properties\":{\"type\":{\"type\":\"string\","
        "\"enum\":[\"GeometryCollection\"]},\"geometries\":{\"type\":\"array\",\"items\":"
        "{\"$ref\":\"#/components/schemas/Geometry\"}}}}]}" },
    { "Feature", "type:'Feature' id:string geometry:Geometry~ properties:{Value} labels?:{Label} links?:[Link]" },
    { "Label", "{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
        "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}]}" },
    { "FeatureDraft", "type:'Feature' id?:string geometry:Geometry~ properties:{Value}" },
    { "FeatureCollection", "type:'FeatureCollection' features:[Feature] numberMatched?:integer numberReturned?:integer "
        "timeStamp?:string links?:[Link]" },
    { "History", "versions:[Version]" },
    { "Version", "version:integer seq:integer verb:string at:string who:string post?:string via?:string source:string "
        "reason:string effective:string~ changes:[Change] hash:string" },
    { "Change", "property:string title:string from:Value to:Value" },
    { "Statistics", "count:integer properties?:{Statistic} groups?:[StatisticGroup]" },
    { "StatisticGroup", "value:Value title?:string count:integer properties?:{Statistic}" },
    { "Statistic", "count:integer min:number~ max:number~ sum:number~ mean:number~" },
    { "Changes", "tx?:integer results:[ChangeResult]" },
    { "ChangeResult", "id:string version?:integer etag?:string" },
    { "SearchResults", "results:[SearchHit]" },
    { "SearchHit", "collection:string collectionTitle:string id:string title:string subtitle:string division:string "
        "divisionName:string matched:string score:number geometry:Geometry~ bbox:[number]~" },
    { "FileReceipt", "id:string" },
    /* --- the map --- */
    { "Style", "version:integer name?:string metadata:StyleMetadata sources:{Value} layers:[Value] glyphs?:string" },
    { "StyleMetadata", "sangzi:layers:[PanelLayer]" },
    { "PanelLayer", "id:string title:string group:string base:boolean collection:string "
        "kind:'line'|'fill'|'circle'|'symbol'|'raster' visible:boolean count?:integer source?:string changed?:string~ "
        "completeness?:number~ legend:[LegendRow] time:LayerTime~ minzoom:number" },
    { "LegendRow", "label:string color?:string border?:string width?:number dash?:string pattern?:string "
        "bounds?:[number~] filter?:string" },
    { "LayerTime", "property:string" },
    { "Sums", "bbox:[number] layer?:string group:string~ count:integer area:number~ length:number~ groups:[SumsGroup] exact:boolean "
        "cell:number" },
    { "SumsGroup", "value:Value count:integer area:number~ length:number~" },
    /* --- the county --- */
    { "Node", "name:string division:string version:string demo:boolean loopbackOnly?:boolean mapApproval?:string~ "
        "today?:string started:string seq?:integer bbox:[number]~ center:[number]~ languages:[string]" },
    { "Division", "code:string name:string full_name?:string level:string id:string parents:[DivisionRef] "
        "children:[DivisionRef] bbox?:[number]~" },
    { "DivisionRef", "code:string name:string level:string count?:integer" },
    { "Tasks", "tasks:[Task]" },
    { "Task", "id:string title:string section:string pack:string~ holds:[string] collections:[TaskCollection] "
        "indicators:[Named] layers:[Named] registers:[TaskRegister] planned:string~" },
    { "TaskCollection", "id:string title:string count:integer changed:string~" },
    { "TaskRegister", "id:string title:string count:integer" },
    { "Named", "id:string title:string" },
    { "Indicators", "indicators:[Indicator]" },
    { "Indicator", "id:string title:string unit:string task:string pack:string description:string collection:string "
        "digits:integer better:string" },
    { "IndicatorValue", "id:string title:string unit:string description:string better:string division:string "
        "period:string value:number~ previous:number~ numerator:number~ denominator:number~ completeness:number~ "
        "source:string changed:string~ collection:string filter:string numeratorFilter:string "
        "children:[IndicatorChild]" },
    { "IndicatorChild", "division:string name:string value:number~ numerator:number~ denominator:number~" },
    /* --- the demonstration --- */
    { "Demo", "live:boolean changes:integer progress:Progress~ cards:[DemoCard] tour:[TourStop] actors:[Actor] "
        "files:[DemoFile]" },
    { "Progress", "done:integer total:integer message:string" },
    { "DemoCard", "id:string title:string text:string link?:string collection?:string feature?:string" },
    { "TourStop", "id:string title:string sentence:string action:string target:TourTarget expect?:Value" },
    { "TourTarget", "page:string query?:{string}" },
    { "Actor", "name:string post:string division:string divisionName:string door:string" },
    { "DemoFile", "name:string title:string href:string" },
    { "DemoLive", "live:boolean" },
    /* --- what comes in --- */
    { "Imports", "imports:[Import]" },
    { "Import", "id:string name:string status:'reading'|'ready'|'applying'|'done'|'failed'|'cancelled' progress:number "
        "message:string problem:Problem~ layers:[ImportLayer] layer:string~ encoding:string~ warnings:[string] "
        "collection:string~ division:string~ guesses:[ImportGuess] columns:[ImportColumn] crs:ImportCrs~ key:[string] "
        "counts:ImportCounts~ errors:[ImportError] preview:[{Value}] tx:Value" },
    { "ImportLayer", "name:string rows:integer" },
    { "ImportGuess", "collection:string title:string score:number" },
    { "ImportColumn", "name:string property:string~ title?:string sample:[Value] remembered:boolean" },
    { "ImportCrs", "found?:string~ assumed?:string~ warning?:string~" },
    { "ImportCounts", "rows:integer create:integer update:integer unchanged:integer wrong:integer" },
    { "ImportError", "row:integer column?:string~ property?:string~ value?:Value detail:string code?:string~" },
    { "ImportStarted", "id:string" },
    /* --- computations --- */
    { "Processes", "processes:[Process] links?:[Link]" },
    { "Process", "id:string version:string title:string description:string jobControlOptions:[string] "
        "outputTransmission:[string] inputs?:{ProcessInput} outputs?:{ProcessOutput} links:[Link]" },
    { "ProcessInput", "title:string description?:string minOccurs:integer schema:PropertySchema" },
    { "ProcessOutput", "title:string minOccurs?:integer schema:PropertySchema" },
    { "Jobs", "jobs:[Job] links?:[Link]" },
    { "Job", "type:string jobID:string processID:string title:string status:string progress:integer message:string "
        "who:string created:string started:string~ finished:string~ updated:string links:[Link]" },
    /* --- told live, as server-sent events --- */
    { "ChangeEvent", "seq:integer collection:string id:string verb:string version?:integer division?:string "
        "bbox?:[number]~ who?:string at:string title?:string" },
    { "ProgressEvent", "job?:string done?:integer total?:integer message?:string" },
};
static const struct Answer {
    FaceMethod method;
    const char *path, *shape;
} answer[] = {
    { FACE_GET,    "/node",                                            "Node" },
    { FACE_GET,    "/divisions",                                       "Division" },
    { FACE_GET,    "/divisions/{code}",                                "Division" },
    { FACE_GET,    "/tasks",                                           "Tasks" },
    { FACE_GET,    "/search",                                          "SearchResults" },
    { FACE_GET,    "/indicators",                                      "Indicators" },
    { FACE_GET,    "/indicators/{id}",                                 "IndicatorValue" },
    { FACE_GET,    "/demo",                                            "Demo" },
    { FACE_GET,    "/styles/{id}",                                     "Style" },
    { FACE_GET,    "/collections",                                     "Collections" },
    { FACE_GET,    "/collections/{c}",                                 "Collection" },
    { FACE_GET,    "/collections/{c}/schema",                          "CollectionSchema" },
    { FACE_GET,    "/collections/{c}/queryables",                      "CollectionSchema" },
    { FACE_GET,    "/collections/{c}/sortables",                       "CollectionSchema" },
    { FACE_GET,    "/collections/{c}/items",                           "FeatureCollection" },
    { FACE_GET,    "/collections/{c}/items/{id}",                      "Feature" },
    { FACE_GET,    "/collections/{c}/items/{id}/history",              "History" },
    { FACE_GET,    "/collections/{c}/statistics",                      "Statistics" },
    { FACE_GET,    "/collections/{c}/tiles/sums",                      "Sums" },
    { FACE_POST,   "/changes",                                         "Changes" },
    { FACE_GET,    "/imports",                                         "Imports" },
    { FACE_GET,    "/imports/{id}",                                    "Import" },
    { FACE_POST,   "/imports",                                         "ImportStarted" },
    { FACE_POST,   "/files",                                           "FileReceipt" },
    { FACE_GET,    "/processes",                                       "Processes" },
    { FACE_GET,    "/processes/{id}",                                  "Process" },
    { FACE_GET,    "/jobs",                                            "Jobs" },
    { FACE_GET,    "/jobs/{id}",                                       "Job" },
};
/* clang-format on */

const char *face_shape_of(FaceMethod method, const char *path)
{
    for (size_t i = 0; i < LEN(answer); i++)
        if (answer[i].method == method && !strcmp(answer[i].path, path))
            return answer[i].shape;
    return NULL;
}

static bool starts(Str s, char c)
{
    return s.len && s.ptr[0] == c;
}

static void write_type(Str type, Buf *b);

/* The next of `rest`, which is shortened by it; false: none is left. */
static bool next(Str *rest, char at, Str *one)
{
    if (!rest->len)
        return false;
    str_cut(*rest, at, one, rest);
    return true;
}

/* 'a'|'b' */
static void write_words(Str words, Buf *b)
{
    Str word;

    buf_str(b, STR("\"type\":\"string\",\"enum\":["));
    for (bool first = true; next(&words, '|', &word); first = false) {
        if (!first)
            buf_c(b, ',');
        buf_json_str(b, str_sub(word, 1, word.len - 2));
    }
    buf_c(b, ']');
}

static void write_named(Str type, Buf *b)
{
    if (str_eq(type, STR("string")) || str_eq(type, STR("integer")) || str_eq(type, STR("number")) ||
        str_eq(type, STR("boolean")))
        buf_fmt(b, "\"type\":\"%.*s\"", STRV(type));
    else if (!str_eq(type, STR("any")))
        buf_fmt(b, "\"$ref\":\"#/components/schemas/%.*s\"", STRV(type));
}

/* In OpenAPI 3.0 what stands beside a $ref is not read: a reference that may be null is put into allOf. */
static void write_nullable(Str type, Buf *b)
{
    const bool named = type.ptr[0] >= 'A' && type.ptr[0] <= 'Z';

    buf_str(b, named ? STR("{\"nullable\":true,\"allOf\":[") : STR(""));
    write_type(type, b);
    if (named)
        buf_str(b, STR("]}"));
    else {
        b->len--; /* the closing brace comes after one more member */
        buf_str(b, STR(",\"nullable\":true}"));
    }
}

static void write_type(Str type, Buf *b)
{
    if (type.len && type.ptr[type.len - 1] == '~') {
        write_nullable(str_sub(type, 0, type.len - 1), b);
        return;
    }
    buf_c(b, '{');
    if (starts(type, '[') || starts(type, '{')) {
        buf_str(b, starts(type, '[') ? STR("\"type\":\"array\",\"items\":")
                                     : STR("\"type\":\"object\",\"additionalProperties\":"));
        write_type(str_sub(type, 1, type.len - 2), b);
    } else if (starts(type, '\''))
        write_words(type, b);
    else
        write_named(type, b);
    buf_c(b, '}');
}

/* The name ends at the last colon: names may hold one themselves ("sangzi:layers"). */
static Str field_name(Str field, Str *type, bool *always)
{
    size_t at = field.len;

    while (at && field.ptr[at - 1] != ':')
        at--;
    *type = str_sub(field, at, field.len - at);
    *always = at < 2 || field.ptr[at - 2] != '?';
    return str_sub(field, 0, at - (*always ? 1 : 2));
}

static void write_required(Str fields, Buf *b)
{
    Str field, type;
    bool always, any = false;

    while (next(&fields, ' ', &field)) {
        const Str name = field_name(field, &type, &always);
        if (!always)
            continue;
        buf_str(b, any ? STR(",") : STR("\"required\":["));
        buf_json_str(b, name);
        any = true;
    }
    if (any)
        buf_str(b, STR("],"));
}

static void write_fields(Str fields, Buf *b)
{
    Str field, type;
    bool always;

    buf_str(b, STR("{\"type\":\"object\","));
    write_required(fields, b);
    buf_str(b, STR("\"properties\":{"));
    for (bool first = true; next(&fields, ' ', &field); first = false) {
        const Str name = field_name(field, &type, &always);
        if (!first)
            buf_c(b, ',');
        buf_json_str(b, name);
        buf_c(b, ':');
        write_type(type, b);
    }
    buf_str(b, STR("}}"));
}

void face_shapes_write(Buf *out)
{
    buf_str(out, STR("\"schemas\":{"));
    for (size_t i = 0; i < LEN(shape); i++) {
        const Str fields = str_of(shape[i].fields);

        if (i)
            buf_c(out, ',');
        buf_fmt(out, "\"%s\":", shape[i].name);
        if (starts(fields, '{'))
            buf_str(out, fields);
        else
            write_fields(fields, out);
    }
    buf_c(out, '}');
}

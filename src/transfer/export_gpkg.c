/* src/transfer/export_gpkg.c - a valid OGC GeoPackage of one layer, by GDAL. It writes here what we made ourselves; files from
 * outside are read by the worker only.
 */
#include "transfer/out.h"
#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

typedef struct Package {
    GDALDatasetH data;
    OGRLayerH layer;
    size_t in_tx;
} Package;
enum { TX_ROWS = 20000 };

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load_driver(void)
{
    CPLSetConfigOption("GDAL_DRIVER_PATH", "disable");
    GDALAllRegister();
}

static bool failed(Err *err)
{
    FAIL(err, TRANSFER_GDAL, STR("gpkg"), "export");
    err_hint(err, "%s", CPLGetLastErrorMsg());
    return false;
}

static OGRwkbGeometryType type_of(const TransferOut *o)
{
    static const OGRwkbGeometryType t[] = { wkbUnknown, wkbPoint, wkbUnknown, wkbUnknown, wkbMultiPoint,
        wkbMultiLineString, wkbMultiPolygon,
        wkbGeometryCollection }; /* a county's lines and polygons may be of several parts */

    return o->place ? t[o->x.query.collection->geometry] : wkbNone;
}

static OGRFieldType field_type(const PackProperty *p)
{
    if (p->many)
        return OFTString;
    switch (p->cql.kind) {
    case CQL_INT:
        return p->type == PACK_MONEY ? OFTReal : OFTInteger64;
    case CQL_NUMBER:
        return OFTReal;
    case CQL_BOOL:
        return OFTInteger;
    case CQL_DATE:
        return OFTDate;
    case CQL_TIME:
        return OFTDateTime;
    default:
        return OFTString;
    }
}

static bool add_fields(TransferOut *o, OGRLayerH l)
{
    OGRFieldDefnH id = OGR_Fld_Create("id", OFTString);
    bool good = OGR_L_CreateField(l, id, TRUE) == OGRERR_NONE;

    OGR_Fld_Destroy(id);
    for (size_t i = 0; good && i < o->ncolumn; i++) {
        const char *name = str_c(o->a, o->column[i]->name),
                   *title = str_c(o->a, transfer_out_head(o, o->column[i], o->a));
        OGRFieldDefnH f = OGR_Fld_Create(name ? name : "?", field_type(o->column[i]));

        if (o->column[i]->cql.kind == CQL_BOOL && !o->column[i]->many)
            OGR_Fld_SetSubType(f, OFSTBoolean);
        if (title)
            OGR_Fld_SetAlternativeName(f, title);
        good = OGR_L_CreateField(l, f, TRUE) == OGRERR_NONE;
        OGR_Fld_Destroy(f);
    }
    return good;
}

static bool gpkg_begin(TransferOut *o, Err *err)
{
    Package *p = NEW(o->a, Package);
    GDALDriverH driver;
    OGRSpatialReferenceH srs = NULL;
    char geometry[] = "GEOMETRY_NAME=geometry", fid[] = "FID=fid";
    char *option[] = { geometry, fid, NULL };
    const char *name = str_c(o->a, o->x.query.collection->name);

    pthread_once(&once, load_driver);
    CPLPushErrorHandler(CPLQuietErrorHandler);
    driver = GDALGetDriverByName("GPKG");
    unlink(o->path);
    snprintf(o->path + strlen(o->path), 6, "%s", ".gpkg");
    if (p && driver && name)
        p->data = GDALCreate(driver, o->path, 0, 0, 0, GDT_Unknown, NULL);
    if (p && p->data) {
        srs = OSRNewSpatialReference(NULL);
        OSRImportFromEPSG(srs, GEO_SRS);
        OSRSetAxisMappingStrategy(srs, OAMS_TRADITIONAL_GIS_ORDER);
        p->layer = GDALDatasetCreateLayer(p->data, name, o->place ? srs : NULL, type_of(o), option);
        OSRRelease(srs);
        o->own = p;
    }
    if (!p || !p->layer || !add_fields(o, p->layer) ||
        GDALDatasetStartTransaction(p->data, FALSE) != OGRERR_NONE) {
        failed(err);
        CPLPopErrorHandler();
        return false;
    }
    CPLPopErrorHandler();
    return true;
}

static void put(TransferOut *o, OGRFeatureH f, int i, const PackProperty *p, CqlValue v)
{
    int y, m, d;

    switch (p->many ? CQL_LIST : v.kind) {
    case CQL_NULL:
        return;
    case CQL_INT:
        if (p->type == PACK_MONEY)
            OGR_F_SetFieldDouble(f, i, (double)v.integer / 100);
        else
            OGR_F_SetFieldInteger64(f, i, v.integer);
        return;
    case CQL_NUMBER:
        OGR_F_SetFieldDouble(f, i, v.number);
        return;
    case CQL_BOOL:
        OGR_F_SetFieldInteger(f, i, v.truth);
        return;
    case CQL_DATE:
        date_split(v.date, &y, &m, &d);
        OGR_F_SetFieldDateTime(f, i, y, m, d, 0, 0, 0, 0);
        return;
    case CQL_TIME: {
        const int64_t day = v.time >= 0 ? v.time / TIME_DAY : -((TIME_DAY - 1 - v.time) / TIME_DAY),
                      us = v.time - day * TIME_DAY;
        const int64_t s = us / TIME_SECOND;

        date_split((int32_t)day, &y, &m, &d);
        OGR_F_SetFieldDateTimeEx(f, i, y, m, d, (int)(s / 3600), (int)(s / 60 % 60),
            (float)(s % 60) + (float)(us % TIME_SECOND) / 1e6F, 100);
        return;
    }
    default: {
        const char *s = v.kind == CQL_NULL ? NULL : str_c(o->slice, transfer_out_text(o, p, v, o->slice));

        if (s)
            OGR_F_SetFieldString(f, i, s);
    }
    }
}

static bool gpkg_row(TransferOut *o, const LedgerRecord *r)
{
    Package *p = o->own;
    OGRFeatureH f = OGR_F_Create(OGR_L_GetLayerDefn(p->layer));
    OGRGeometryH g = NULL;
    const char *id = str_c(o->slice, r->id);
    bool good;

    CPLPushErrorHandler(CPLQuietErrorHandler);
    OGR_F_SetFieldString(f, 0, id ? id : "");
    for (size_t i = 0; i < o->ncolumn; i++)
        put(o, f, (int)i + 1, o->column[i], r->value[o->column[i]->index]);
    if (o->place && r->geometry.len &&
        OGR_G_CreateFromWkb(r->geometry.ptr, NULL, &g, (int)r->geometry.len) == OGRERR_NONE) {
        OGR_G_AssignSpatialReference(g, OGR_L_GetSpatialRef(p->layer));
        OGR_F_SetGeometryDirectly(f, g);
    }
    good = OGR_L_CreateFeature(p->layer, f) == OGRERR_NONE;
    OGR_F_Destroy(f);
    if (good && ++p->in_tx >= TX_ROWS) {
        p->in_tx = 0;
        good = GDALDatasetCommitTransaction(p->data) == OGRERR_NONE &&
               GDALDatasetStartTransaction(p->data, FALSE) == OGRERR_NONE;
    }
    if (!good)
        failed(&o->err);
    CPLPopErrorHandler();
    return good;
}

static bool gpkg_end(TransferOut *o, bool keep, Err *err)
{
    Package *p = o->own;
    bool good = true;

    o->own = NULL;
    if (!p || !p->data)
        return true;
    CPLPushErrorHandler(CPLQuietErrorHandler);
    CPLErrorReset();
    if (keep)
        good = GDALDatasetCommitTransaction(p->data) == OGRERR_NONE;
    GDALClose(p->data);
    if (keep && (!good || CPLGetLastErrorType() >= CE_Failure))
        good = failed(err);
    CPLPopErrorHandler();
    return good || !keep;
}

const TransferFormat transfer_gpkg = { "gpkg", "application/geopackage+sqlite3", gpkg_begin, gpkg_row,
    gpkg_end, true };

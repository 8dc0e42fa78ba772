/* src/road/road.h - the indexes of JTG 5210-2018, 公路技术状况评定标准 (highway performance assessment).
 *
 * All formulas, coefficients and weights below and in indexes.c are from general knowledge: check them against the standard
 * (and JTG 5211-2024 for rural roads) before figures leave the county. NAN in and out: not measured.
 * The process road-condition (road_condition.c) puts them on the sections of a county.
 *
 * Stands on process. Pure functions but for the process: any thread.
 */
#pragma once
#include "base/base.h"

typedef enum RoadSurface { ROAD_ASPHALT, ROAD_CEMENT, ROAD_UNPAVED } RoadSurface;
typedef struct RoadIndexes {
    double pci, rqi, rdi, sri, pqi;
} RoadIndexes;
double road_rqi(double iri, bool high);    /* iri in m/km; high: expressway or class 1 */
double road_pci(double dr, RoadSurface s); /* distress ratio in % */
double road_rdi(double rd);                /* rut depth in mm */
double road_pqi(
    const RoadIndexes *x, RoadSurface s, bool high); /* weights of what is missing go to the rest */
double road_mqi(double sci, double pqi, double bci, double tci); /* likewise */
Str road_word(double pqi);                                       /* 优 良 中 次 差; empty: unknown */
/* IRI in m/km from the RMS of vertical acceleration (m/s², gravity taken off) of a phone in a car at `speed` km/h. */
double road_iri_of_phone(double rms, double speed, double a, double b);

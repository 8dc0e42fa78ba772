/* src/road/indexes.c - the indexes of JTG 5210-2018; see road.h on how far to trust them. */
#include "road/road.h"
#include <math.h>

static double clamp(double v)
{
    return v < 0 ? 0 : v > 100 ? 100 : v;
}

/* RQI = 100 / (1 + a0·e^(a1·IRI)); a0, a1 = 0.026, 0.65 for expressways and class 1, else 0.0185, 0.58. */
double road_rqi(double iri, bool high)
{
    return isnan(iri) || iri < 0
               ? NAN
               : clamp(100 / (1 + (high ? 0.026 : 0.0185) * exp((high ? 0.65 : 0.58) * iri)));
}

/* PCI = 100 − a0·DR^a1; asphalt 15.00, 0.412; cement 10.66, 0.461. Unpaved 10.10, 0.487 stood in JTG H20-2007. */
double road_pci(double dr, RoadSurface s)
{
    static const double a[][2] = { { 15.00, 0.412 }, { 10.66, 0.461 }, { 10.10, 0.487 } };

    return isnan(dr) || dr < 0 || dr > 100 ? NAN : clamp(100 - a[s][0] * pow(dr, a[s][1]));
}

/* RDI = 100 − RD up to 10 mm, 90 − 3·(RD − 10) up to 40 mm, 0 beyond. */
double road_rdi(double rd)
{
    if (isnan(rd) || rd < 0)
        return NAN;
    return clamp(rd <= 10 ? 100 - rd : rd <= 40 ? 90 - 3 * (rd - 10) : 0);
}

static double weighted(const double *value, const double *weight, size_t n)
{
    double sum = 0, all = 0;

    for (size_t i = 0; i < n; i++)
        if (!isnan(value[i]) && weight[i] > 0) {
            sum += value[i] * weight[i];
            all += weight[i];
        }
    return all > 0 ? sum / all : NAN;
}

/* Weights of PCI, RQI, RDI, SRI: asphalt of expressways and class 1 .35 .30 .15 .10 (bumping .10 is not measured here),
 * cement of these .50 .30 0 .10; all other roads PCI .60, RQI .40. */
double road_pqi(const RoadIndexes *x, RoadSurface s, bool high)
{
    static const double weight[][4] = { { .35, .30, .15, .10 }, { .50, .30, 0, .10 }, { .60, .40, 0, 0 } };
    const double value[] = { x->pci, x->rqi, x->rdi, x->sri };

    return weighted(value, weight[!high || s == ROAD_UNPAVED ? 2 : s], 4);
}

/* MQI = 0.08·SCI + 0.70·PQI + 0.12·BCI + 0.10·TCI: subgrade, pavement, bridges, facilities along the line. */
double road_mqi(double sci, double pqi, double bci, double tci)
{
    const double value[] = { sci, pqi, bci, tci }, weight[] = { .08, .70, .12, .10 };

    return weighted(value, weight, 4);
}

Str road_word(double pqi)
{
    if (isnan(pqi))
        return (Str){ "", 0 };
    return pqi >= 90   ? STR("优")
           : pqi >= 80 ? STR("良")
           : pqi >= 70 ? STR("中")
           : pqi >= 60 ? STR("次")
                       : STR("差");
}

/* IRI ≈ a + b·RMS·√(60/v): in studies of phones in cars roughness rises nearly linearly with the RMS of vertical
 * acceleration, which itself rises with speed (general knowledge). a and b depend on car, phone and mount: calibrate them
 * on a section whose IRI is known; 0.6 and 3.2 are for a small car with the phone in a firm holder. */
double road_iri_of_phone(double rms, double speed, double a, double b)
{
    if (isnan(rms) || isnan(speed) || rms < 0 || speed < 15)
        return NAN; /* below 15 km/h the springs hide the road */
    return fmin(30, a + b * rms * sqrt(60 / speed));
}

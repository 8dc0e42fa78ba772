/* src/face/origin.c - who may ask, while there are no accounts: this machine's own pages.
 *
 * A page anywhere can make the browser of somebody here send requests to 127.0.0.1. Three headers that no page can forge tell
 * (Fetch standard, clause 2.2.2): Host is the name the browser looked up, and a name may be rebound to 127.0.0.1 after the page
 * has loaded; Origin is whose page asks; Sec-Fetch-Site says how far it is from here.
 */
#include "face/origin.h"
#include <arpa/inet.h>

static bool is_address(Str name, int family, void *out)
{
    char text[64];

    if (!name.len || name.len >= sizeof text)
        return false;
    memcpy(text, name.ptr, name.len);
    text[name.len] = 0;
    return inet_pton(family, text, out) == 1;
}

bool face_host_is_loopback(Str host)
{
    struct in_addr four;
    struct in6_addr six;
    Str name = host, port = { "", 0 };
    size_t n = 0;

    if (str_starts(host, STR("["))) {
        const size_t end = str_find(host, STR("]"));

        name = end == SIZE_MAX ? STR("") : str_sub(host, 1, end - 1);
        port = str_sub(host, end == SIZE_MAX ? host.len : end + 1, SIZE_MAX);
        if (port.len && port.ptr[0] != ':')
            return false;
        port = str_sub(port, 1, SIZE_MAX);
        if (!is_address(name, AF_INET6, &six) || !IN6_IS_ADDR_LOOPBACK(&six))
            return false;
    } else {
        if (!str_cut(host, ':', &name, &port))
            port = STR("");
        if (!str_eq_nocase(name, STR("localhost")) &&
            (!is_address(name, AF_INET, &four) || ntohl(four.s_addr) >> 24 != 127))
            return false;
    }
    return !port.len || (str_to_size(port, 10, &n) && n <= 65535);
}

bool face_origin_is_loopback(Str origin)
{
    return (str_starts(origin, STR("http://")) && face_host_is_loopback(str_sub(origin, 7, SIZE_MAX))) ||
           (str_starts(origin, STR("https://")) && face_host_is_loopback(str_sub(origin, 8, SIZE_MAX)));
}

bool face_origin_may_read(Str origin, const char *const *more)
{
    for (; more && *more; more++)
        if (str_eq(origin, str_of(*more)))
            return true;
    return face_origin_is_loopback(origin);
}

bool face_origin_may_write(Str origin, Str sec_fetch_site, Str own)
{
    if (origin.len)
        return str_eq(origin, own);
    return !sec_fetch_site.len || str_eq(sec_fetch_site, STR("same-origin")) ||
           str_eq(sec_fetch_site, STR("none"));
}

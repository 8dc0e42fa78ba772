/* src/face/page.c - the frame of the plain pages. */
#include "face/page.h"

void face_html(Buf *b, Str text)
{
    for (size_t i = 0; i < text.len; i++)
        switch (text.ptr[i]) {
        case '&':
            buf_str(b, STR("&amp;"));
            break;
        case '<':
            buf_str(b, STR("&lt;"));
            break;
        case '"':
            buf_str(b, STR("&quot;"));
            break;
        default:
            buf_c(b, text.ptr[i]);
        }
}

void face_page_link(Buf *b, Str href, Str text)
{
    buf_str(b, STR("<a href=\""));
    face_html(b, href);
    buf_str(b, STR("\">"));
    face_html(b, text);
    buf_str(b, STR("</a>"));
}

void face_page_begin(FaceRequest *r, FaceAnswer *out, Str title)
{
    Buf *b = &out->body;

    out->type = STR("text/html; charset=utf-8");
    face_set(out, "Content-Security-Policy",
        STR("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"));
    buf_fmt(b, "<!doctype html><html lang=\"%s\"><meta charset=\"utf-8\">", r->en ? "en" : "zh-CN");
    buf_str(b, STR("<meta name=\"viewport\" content=\"width=device-width\"><title>"));
    face_html(b, title);
    buf_str(b, STR("</title><style>body{font:16px/1.6 system-ui,sans-serif;max-width:72rem;margin:2rem "
                   "auto;padding:0 1rem;"
                   "color:#1b1f23;background:#fff}table{border-collapse:collapse}td,th{border-bottom:1px "
                   "solid #d8dbdf;"
                   "padding:.3rem .8rem;text-align:left;vertical-align:top}a{color:#0b6e56}"
                   "@media(prefers-color-scheme:dark){body{background:#14171a;color:#e8e6e1}a{color:#5bc2a3}}"
                   "</style><p>"));
    face_page_link(b, r->base, r->en ? STR("Sangzi") : STR("桑梓"));
    buf_str(b, STR(" · "));
    face_page_link(
        b, str_fmt(r->a, "%.*s/collections", STRV(r->base)), r->en ? STR("Collections") : STR("台账"));
    buf_str(b, STR(" · "));
    face_page_link(b, STR("/app/"), r->en ? STR("Application") : STR("应用"));
    buf_str(b, STR("</p><h1>"));
    face_html(b, title);
    buf_str(b, STR("</h1>"));
}

void face_page_end(FaceRequest *r, FaceAnswer *out)
{
    buf_str(&out->body, STR("<p>"));
    face_page_link(&out->body, str_fmt(r->a, "%.*s?f=json", STRV(r->path)), STR("JSON"));
    buf_str(&out->body, STR("</p></html>\n"));
}

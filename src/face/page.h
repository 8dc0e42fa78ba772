/* src/face/page.h - plain HTML for people who open a standard address in a browser. */
#pragma once
#include "face/face_in.h"

void face_page_begin(FaceRequest *r, FaceAnswer *out, Str title); /* title, head, the way home */
void face_page_end(FaceRequest *r, FaceAnswer *out);              /* other formats, and the end */
void face_html(Buf *b, Str text);                                 /* escaped */
void face_page_link(Buf *b, Str href, Str text);

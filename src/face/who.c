/* src/face/who.c - who asks. The one place that decides it: every handler reads through FaceRequest.view.
 *
 * As long as there are no accounts, whoever comes is the one visitor who may all, under the name and the post he gives himself
 * (Sangzi-Actor, Sangzi-Post). A server may be started with another judge (FaceOptions.who).
 */
#include "face/exchange.h"

bool face_who(FaceRequest *r, Err *err)
{
    const FaceOptions *o = &r->face->o;
    const AccessWho *is = o->who ? o->who(o->who_ctx, face_header(r, "Sangzi-Actor")) : &ACCESS_VISITOR;
    AccessWho *who = NEW(r->a, AccessWho);
    const Str actor = face_header_text(r, "Sangzi-Actor");

    if (!who)
        return FAIL(err, BASE_NO_MEMORY, STR("who"), "request");
    *who = *is;
    who->post = face_header_text(r, "Sangzi-Post");
    if (actor.len)
        who->account = actor;
    r->view = (LedgerView){ r->ledger, who };
    return true;
}

bool face_may_all(const FaceRequest *r, Str what, Err *err)
{
    return access_may_all(r->view.who) || FAIL(err, LEDGER_NOT_HIS, what, "path");
}

/* src/face/items.h - the handlers of records, for the row table in features.c. */
#pragma once
#include "face/face_in.h"

FaceHandler face_items_get, face_item_get, face_item_post, face_item_put, face_item_patch, face_item_delete,
    face_item_restore, face_history_get, face_statistics_get, face_changes_post, face_collections_get,
    face_collection_get, face_schema_get, face_queryables_get, face_sortables_get;
FaceLane face_items_lane(const FaceRequest *r);

/* src/files/errors.c - what can be wrong with a file that is sent. */
#include "files/files.h"

const ErrKind FILES_UNKNOWN = { "files/unknown", 415,
    "这种文件认不出来，没有收下；可以送：JPEG、PNG、WebP、GIF、TIFF 图片，PDF、OFD、Office 文件，MP4、WebM "
    "视频，M4A、MP3、OGG、WAV 录音，ZIP。",
    "This kind of file is not known, it was not taken; send a JPEG, PNG, WebP, GIF or TIFF picture, PDF, OFD "
    "or an Office file, "
    "MP4 or WebM, M4A, MP3, OGG or WAV, or a ZIP." };
const ErrKind FILES_TOO_LARGE = { "files/too-large", 413, "“{0}”太大：{1}。", "{0} is too large: {1}." };
const ErrKind FILES_EMPTY = { "files/empty", 400, "文件是空的，请重新选择。",
    "The file is empty; choose it again." };
const ErrKind FILES_NOT_HERE = { "files/not-here", 404, "这里没有文件“{0}”；请先上传。",
    "There is no file {0} here; send it first." };
const ErrKind FILES_NO_PICTURE = { "files/no-picture", 415, "“{0}”不能做成缩略图：{1}。",
    "No small picture can be made of {0}: {1}." };

/* src/cql/errors.c - what can be wrong with an expression. */
#include "cql/cql.h"

const ErrKind CQL_SYNTAX = { "cql/syntax", 400, "条件写法有误：在“{0}”处应为 {1}。",
    "The expression cannot be read: at “{0}” there should be {1}." };
const ErrKind CQL_NO_PROPERTY = { "cql/no-property", 400, "没有属性“{0}”，是不是“{1}”？",
    "There is no property “{0}”. Did you mean “{1}”?" };
const ErrKind CQL_NO_FUNCTION = { "cql/no-function", 400, "没有函数“{0}”，是不是“{1}”？",
    "There is no function “{0}”. Did you mean “{1}”?" };
const ErrKind CQL_WRONG_TYPE = { "cql/wrong-type", 400, "“{0}”的类型不对，这里需要 {1}。",
    "“{0}” has the wrong type; {1} is needed here." };
const ErrKind CQL_TOO_BIG = { "cql/too-big", 400, "条件太长或嵌套太深（{0}），上限是 {1}；请拆成几次查询。",
    "The expression is too long or too deep ({0}); the limit is {1}. Split it into several queries." };
const ErrKind CQL_BAD_VALUE = { "cql/bad-value", 400, "“{0}”不是可用的值，应为 {1}。",
    "“{0}” is not a usable value; {1} is expected." };

"""The closed list of functions, as data: `name:least[-most]` arguments, no upper bound when `most` is left out after the dash.

A function stands here only if its answer depends on nothing but its arguments and the clock: none reads a file, an address, another
table, a dictionary, a setting or the server's state, and none can be made to wait.
"""

from __future__ import annotations

from typing import Final

# Result, how JSON properties among the arguments are read, functions.
SCALARS: Final[tuple[tuple[str, str, str], ...]] = (
    (
        "String",
        "String",
        """lower:1 upper:1 lowerUTF8:1 upperUTF8:1 trim:1 trimLeft:1-2 trimRight:1-2 trimBoth:1-2 ltrim:1 rtrim:1 reverse:1 reverseUTF8:1
        substring:2-3 substringUTF8:2-3 substr:2-3 left:2 right:2 leftUTF8:2 rightUTF8:2 concat:1- concatWithSeparator:2-
        replace:3 replaceOne:3 replaceAll:3 replaceRegexpOne:3 replaceRegexpAll:3 repeat:2 leftPad:2-3 rightPad:2-3
        leftPadUTF8:2-3 rightPadUTF8:2-3 format:2- base64Encode:1 base64Decode:1 tryBase64Decode:1 hex:1 unhex:1 MD5:1 SHA1:1
        SHA256:1 encodeURLComponent:1 decodeURLComponent:1 encodeURLFormComponent:1 decodeURLFormComponent:1 domain:1
        domainWithoutWWW:1 protocol:1 path:1 pathFull:1 queryString:1 fragment:1 topLevelDomain:1 firstSignificantSubdomain:1
        cutToFirstSignificantSubdomain:1 cutWWW:1 cutQueryString:1 cutFragment:1 extractURLParameter:2 cutURLParameter:2
        extract:2 regexpExtract:2-3 normalizeUTF8NFC:1 normalizeUTF8NFKC:1 initcap:1 initcapUTF8:1 toValidUTF8:1
        substringIndex:3 translate:3 translateUTF8:3 regexpQuoteMeta:1 soundex:1""",
    ),
    (
        "String",
        "",
        """toTypeName:1 toJSONString:1 formatReadableSize:1 formatReadableDecimalSize:1 formatReadableQuantity:1
        formatReadableTimeDelta:1-3 dateName:2-3 monthName:1 formatDateTime:2-3 arrayStringConcat:1-2 char:1- timezoneOf:1""",
    ),
    ("String", "String", "JSONExtractString:1- JSONExtractRaw:1- JSONType:1- JSON_VALUE:2"),
    (
        "Integer",
        "String",
        """length:1 lengthUTF8:1 position:2-3 positionUTF8:2-3 positionCaseInsensitive:2-3 positionCaseInsensitiveUTF8:2-3
        countSubstrings:2-3 countSubstringsCaseInsensitive:2-3 countMatches:2 countMatchesCaseInsensitive:2
        levenshteinDistance:2 editDistance:2 damerauLevenshteinDistance:2 multiSearchFirstIndex:2 multiSearchFirstPosition:2
        multiMatchAnyIndex:2 ascii:1 port:1-2""",
    ),
    (
        "Integer",
        "",
        """toYear:1-2 toQuarter:1-2 toMonth:1-2 toWeek:1-3 toISOWeek:1-2 toISOYear:1-2 toYearWeek:1-3 toDayOfYear:1-2 toDayOfMonth:1-2
        toDayOfWeek:1-3 toHour:1-2 toMinute:1-2 toSecond:1-2 toMillisecond:1 toUnixTimestamp:1-2 toUnixTimestamp64Milli:1
        toUnixTimestamp64Micro:1 toYYYYMM:1-2 toYYYYMMDD:1-2 toYYYYMMDDhhmmss:1-2 toRelativeDayNum:1 toRelativeHourNum:1
        toRelativeWeekNum:1 toRelativeMonthNum:1 dateDiff:3-4 age:3-4 cityHash64:1- sipHash64:1- xxHash64:1 xxHash32:1
        murmurHash3_64:1- farmHash64:1- intHash64:1 intHash32:1 indexOf:2 countEqual:2 arrayCount:1- arrayUniq:1-
        arrayFirstIndex:2- arrayLastIndex:2- toInt8:1 toInt16:1 toInt32:1 toInt64:1 toUInt8:1 toUInt16:1 toUInt32:1 toUInt64:1
        rand:0-1 rand32:0-1 rand64:0-1 rowNumberInAllBlocks:0 byteSize:1-""",
    ),
    (
        "Integer",
        "Float",
        """bitAnd:2 bitOr:2 bitXor:2 bitNot:1 bitShiftLeft:2 bitShiftRight:2 bitTest:2 bitCount:1 intDiv:2 intDivOrZero:2 intDivOrNull:2
        roundDown:2 gcd:2 lcm:2 sign:1 bitTestAll:2- bitTestAny:2-""",
    ),
    ("Integer", "String", "JSONExtractInt:1- JSONExtractUInt:1- JSONLength:1-"),
    ("Float", "String", "JSONExtractFloat:1-"),
    (
        "Float",
        "Float",
        """plus:2 minus:2 multiply:2 divide:2 modulo:2 moduloOrZero:2 positiveModulo:2 negate:1 abs:1 round:1-2 roundBankers:1-2
        floor:1-2 ceil:1-2 ceiling:1-2 trunc:1-2 truncate:1-2 sqrt:1 cbrt:1 exp:1 exp2:1 exp10:1 log:1 ln:1 log2:1
        log10:1 log1p:1 pow:2 power:2 sin:1 cos:1 tan:1 asin:1 acos:1 atan:1 atan2:2 sinh:1 cosh:1 tanh:1 degrees:1 radians:1
        hypot:2 sigmoid:1 erf:1 roundToExp2:1 widthBucket:4 divideOrNull:2 moduloOrNull:2 pi:0 e:0 randCanonical:0-1""",
    ),
    (
        "Float",
        "",
        """arraySum:1- arrayAvg:1- arrayProduct:1- cosineDistance:2 L1Distance:2 L2Distance:2 LinfDistance:2 dotProduct:2 L2Norm:1
        ngramDistance:2 ngramSearch:2 jaroSimilarity:2 jaroWinklerSimilarity:2 toFloat32:1 toFloat64:1""",
    ),
    (
        "Boolean",
        "String",
        """startsWith:2 endsWith:2 startsWithUTF8:2 endsWithUTF8:2 empty:1 notEmpty:1 match:2 hasToken:2 hasTokenCaseInsensitive:2
        hasTokenOrNull:2 multiSearchAny:2 multiSearchAnyCaseInsensitive:2 multiSearchAnyUTF8:2
        multiSearchAnyCaseInsensitiveUTF8:2 multiMatchAny:2 hasSubsequence:2 hasSubsequenceCaseInsensitive:2 isValidUTF8:1""",
    ),
    ("Boolean", "String", "JSONHas:1- JSONExtractBool:1- isValidJSON:1"),
    ("Boolean", "Float", "isFinite:1 isInfinite:1 isNaN:1"),
    ("Boolean", "", "has:2 hasAll:2 hasAny:2 hasSubstr:2 arrayExists:2- arrayAll:2- isZeroOrNull:1 mapContains:2 xor:2- mapContainsKey:2"),
    ("Date", "", "toStartOfYear:1 toStartOfISOYear:1 toStartOfQuarter:1 toStartOfMonth:1 toMonday:1 toStartOfWeek:1-3 toLastDayOfMonth:1"),
    ("Date", "", "makeDate:2-3 makeDate32:2-3 toLastDayOfWeek:1-3"),
    (
        "DateTime",
        "",
        """toStartOfDay:1 toStartOfHour:1 toStartOfMinute:1 toStartOfSecond:1 toStartOfFiveMinutes:1 toStartOfTenMinutes:1
        toStartOfFifteenMinutes:1 toStartOfInterval:2-4 timeSlot:1-2 toTimeZone:2 makeDateTime:6-7""",
    ),
    (
        "DateTime",
        "",
        """addSeconds:2 addMinutes:2 addHours:2 addDays:2 addWeeks:2 addMonths:2 addQuarters:2 addYears:2 subtractSeconds:2
        subtractMinutes:2 subtractHours:2 subtractDays:2 subtractWeeks:2 subtractMonths:2 subtractQuarters:2 subtractYears:2
        dateTrunc:2-3""",
    ),
    (
        "Interval",
        "",
        """toIntervalSecond:1 toIntervalMinute:1 toIntervalHour:1 toIntervalDay:1 toIntervalWeek:1 toIntervalMonth:1 toIntervalQuarter:1
        toIntervalYear:1 toIntervalMillisecond:1""",
    ),
    (
        "Array",
        "",
        """array:0- range:1-3 arrayMap:2- arrayFilter:2- arraySort:1- arrayReverseSort:1- arrayPartialSort:2- arrayReverse:1 arrayConcat:1-
        arrayDistinct:1 arrayCompact:1 arrayEnumerate:1- arrayEnumerateUniq:1- arrayPopBack:1 arrayPopFront:1 arrayPushBack:2
        arrayPushFront:2 arrayResize:2-3 arraySlice:2-3 arrayFlatten:1 arrayZip:1- arrayCumSum:1- arrayDifference:1-
        arrayIntersect:1- arrayUnion:1- arrayRotateLeft:2 arrayRotateRight:2 arrayShiftLeft:2-3 arrayShiftRight:2-3
        arraySplit:2- arrayReverseSplit:2- arrayFill:2- arrayReverseFill:2- arrayWithConstant:2 arrayShingles:2 mapKeys:1
        mapValues:1 emptyArrayString:0 emptyArrayInt64:0 emptyArrayUInt64:0 emptyArrayFloat64:0 bitmaskToArray:1
        bitPositionsToArray:1 timeSlots:2-3 arrayExcept:2""",
    ),
    (
        "Array",
        "String",
        """splitByChar:2-3 splitByString:2-3 splitByRegexp:2-3 splitByWhitespace:1-2 splitByNonAlpha:1-2 alphaTokens:1-2 extractAll:2
        extractAllGroups:2 extractGroups:2 ngrams:2 URLHierarchy:1 URLPathHierarchy:1 extractURLParameters:1
        extractURLParameterNames:1 multiSearchAllPositions:2 multiMatchAllIndices:2""",
    ),
    ("Array", "String", "JSONExtractArrayRaw:1- JSONExtractKeys:1- JSONExtractKeysAndValuesRaw:1- JSONAllPaths:1"),
    ("Any", "String", "JSONExtract:2- JSONExtractKeysAndValues:2-"),
    ("Tuple", "", "tuple:0- tupleConcat:1-"),
    ("Map", "", "map:0- mapFromArrays:2 mapFilter:2 mapApply:2 mapAdd:2- mapSubtract:2-"),
    (
        "Any",
        "",
        """arrayElement:2 arrayElementOrNull:2 arrayFirst:2- arrayFirstOrNull:2- arrayLast:2- arrayLastOrNull:2- arrayMin:1- arrayMax:1-
        arrayFold:3- arrayJoin:1 tupleElement:2-3 greatest:1- least:1- transform:3-4 assumeNotNull:1 toNullable:1 nullIf:2
        identity:1 tuplePlus:2 tupleMinus:2 arrayRandomSample:2""",
    ),
)

# Result, how JSON properties are read, functions; `/least[-most]` counts parameters.
AGGREGATES: Final[tuple[tuple[str, str, str], ...]] = (
    ("Integer", "", "count:0-1 uniq:1- uniqExact:1- uniqHLL12:1- uniqCombined:1-/0-1 uniqCombined64:1-/0-1 uniqUpTo:1-/1"),
    ("Integer", "Float", "groupBitAnd:1 groupBitOr:1 groupBitXor:1"),
    (
        "Float",
        "Float",
        """sum:1 avg:1 sumKahan:1 sumCount:1 avgWeighted:2 median:1 medianExact:1 quantile:1/0-1 quantileExact:1/0-1 quantileExactLow:1/0-1
        quantileExactHigh:1/0-1 quantileExactInclusive:1/0-1 quantileExactExclusive:1/0-1 quantileTDigest:1/0-1
        quantileTiming:1/0-1 quantileInterpolatedWeighted:2/0-1 quantileExactWeighted:2/0-1 stddevPop:1 stddevSamp:1 varPop:1
        varSamp:1 covarPop:2 covarSamp:2 corr:2 skewPop:1 skewSamp:1 kurtPop:1 kurtSamp:1 deltaSum:1 boundingRatio:2
        exponentialMovingAverage:2/1 rankCorr:2""",
    ),
    ("Float", "", "entropy:1- cramersV:2 contingency:2"),
    (
        "Any",
        "",
        "min:1 max:1 any:1 anyLast:1 anyHeavy:1 argMin:2 argMax:2 first_value:1 last_value:1 simpleLinearRegression:2 singleValueOrNull:1",
    ),
    (
        "Array",
        "",
        """groupArray:1/0-1 groupUniqArray:1/0-1 groupArrayLast:1/1 groupArraySorted:1/1 groupArraySample:1/1-2 groupArrayMovingSum:1/0-1
        groupArrayMovingAvg:1/0-1 groupArrayIntersect:1 topK:1/0-3 topKWeighted:2/0-3 retention:1-32""",
    ),
    ("Array", "Float", "quantiles:1/1- quantilesExact:1/1- quantilesTDigest:1/1- quantilesTiming:1/1- histogram:1/1"),
    ("Map", "", "sumMap:1- minMap:1- maxMap:1-"),
    ("String", "String", "groupConcat:1/0-2"),
    ("Boolean", "", "sequenceMatch:2-33/1"),
    ("Integer", "", "sequenceCount:2-33/1 windowFunnel:2-33/1-4"),
)

WINDOWS: Final[tuple[tuple[str, str, str], ...]] = (
    ("Integer", "", "row_number:0 rank:0 dense_rank:0 ntile:1"),
    ("Float", "", "percent_rank:0 cume_dist:0"),
    ("Any", "", "lag:1-3 lead:1-3 lagInFrame:1-3 leadInFrame:1-3 nth_value:2"),
)

# Suffixes of aggregates, and how many arguments each adds.
COMBINATORS: Final[dict[str, int]] = {
    "If": 1,
    "Array": 0,
    "ArrayIf": 1,
    "Distinct": 0,
    "DistinctIf": 1,
    "OrNull": 0,
    "OrNullIf": 1,
    "OrDefault": 0,
    "OrDefaultIf": 1,
    "ForEach": 0,
    "ForEachIf": 1,
    "State": 0,
    "StateIf": 1,
}

# Merging takes one state whatever the function takes.
MERGES: Final[tuple[str, ...]] = ("Merge", "MergeIf")

# `expr::name` and `CAST(expr AS name)`.
CAST_TYPES: Final[dict[str, str]] = {
    "int": "toInt",
    "integer": "toInt",
    "bigint": "toInt",
    "int64": "toInt",
    "float": "toFloat",
    "double": "toFloat",
    "float64": "toFloat",
    "string": "toString",
    "text": "toString",
    "varchar": "toString",
    "bool": "toBool",
    "boolean": "toBool",
    "date": "toDate",
    "datetime": "toDateTime",
    "timestamp": "toDateTime",
    "uuid": "toUUID",
}

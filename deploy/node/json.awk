# Reads one JSON document and prints its scalars as lines of "path<TAB>value": image.url, errors.0.pointer and so on.
# Newlines and tabs within values become blanks; null is left out. Ends with status 1 when it is not JSON.
# Run with LC_ALL=C, so that a character is a byte.

function fail() {
    failed = 1
    exit 1
}

function peek() {
    while (pos <= size && index(" \t\r\n", substr(text, pos, 1)) > 0) {
        pos++
    }
    return substr(text, pos, 1)
}

function expect(wanted) {
    if (peek() != wanted) {
        fail()
    }
    pos++
}

function hex4(   i, digit, number) {
    number = 0
    for (i = 0; i < 4; i++) {
        digit = index("0123456789abcdef", tolower(substr(text, pos++, 1)))
        if (digit == 0) {
            fail()
        }
        number = number * 16 + digit - 1
    }
    return number
}

# A code point as UTF-8.
function utf8(point) {
    if (point < 32) {
        return " "
    }
    if (point < 128) {
        return sprintf("%c", point)
    }
    if (point < 2048) {
        return sprintf("%c%c", 192 + int(point / 64), 128 + point % 64)
    }
    if (point < 65536) {
        return sprintf("%c%c%c", 224 + int(point / 4096), 128 + int(point / 64) % 64, 128 + point % 64)
    }
    return sprintf("%c%c%c%c", 240 + int(point / 262144), 128 + int(point / 4096) % 64, \
        128 + int(point / 64) % 64, 128 + point % 64)
}

function string(   out, c, plain, high) {
    expect("\"")
    out = ""
    while (pos <= size) {
        # Everything up to the next quote or backslash at once.
        if (match(substr(text, pos), /["\\]/) == 0) {
            fail()
        }
        plain = RSTART - 1
        out = out substr(text, pos, plain)
        pos += plain
        c = substr(text, pos++, 1)
        if (c == "\"") {
            gsub(/[\t\n\r]/, " ", out)
            return out
        }
        c = substr(text, pos++, 1)
        if (c == "u") {
            high = hex4()
            if (high >= 55296 && high < 56320 && substr(text, pos, 2) == "\\u") {
                pos += 2
                high = 65536 + (high - 55296) * 1024 + hex4() - 56320
            }
            out = out utf8(high)
        } else if (index("\"\\/", c) > 0) {
            out = out c
        } else if (index("bfnrt", c) > 0) {
            out = out " "
        } else {
            fail()
        }
    }
    fail()
}

function value(path, depth,   c, key, i) {
    if (depth > 32) {
        fail()
    }
    c = peek()
    if (c == "{") {
        pos++
        if (peek() == "}") {
            pos++
            return
        }
        while (1) {
            key = string()
            expect(":")
            value(path == "" ? key : path "." key, depth + 1)
            c = peek()
            pos++
            if (c == "}") {
                return
            }
            if (c != "," || peek() != "\"") {
                fail()
            }
        }
    }
    if (c == "[") {
        pos++
        if (peek() == "]") {
            pos++
            return
        }
        for (i = 0; ; i++) {
            value(path "." i, depth + 1)
            c = peek()
            pos++
            if (c == "]") {
                return
            }
            if (c != ",") {
                fail()
            }
        }
    }
    if (c == "\"") {
        found[++count] = path "\t" string()
        return
    }
    if (match(substr(text, pos, 40), /^(true|false|null|-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?)/) == 0) {
        fail()
    }
    c = substr(text, pos, RLENGTH)
    pos += RLENGTH
    if (c != "null") {
        found[++count] = path "\t" c
    }
}

{
    text = text $0 "\n"
}

END {
    if (failed) {
        exit 1
    }
    size = length(text)
    pos = 1
    value("", 0)
    if (peek() != "") {
        failed = 1
    }
    if (failed) {
        exit 1
    }
    for (i = 1; i <= count; i++) {
        print found[i]
    }
}

package org.maintenancemanager.api.node;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON (RFC 8259) into maps, lists, strings, Long or BigDecimal, Boolean and null. Strict: UTF-8 only, one document,
 * no name twice in an object, no deep nesting.
 */
final class JsonReader {
    private static final int DEEPEST_NESTING = 16;
    /** A long has at most 19 digits; whatever is much longer serves no purpose of this API. */
    private static final int LONGEST_NUMBER = 100;

    private final String text;
    private int at;

    private JsonReader(String text) {
        this.text = text;
    }

    static @Nullable Object read(byte[] document) throws MalformedAnswer {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(document))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedAnswer("not UTF-8");
        }
        var reader = new JsonReader(text);
        reader.skipSpace();
        Object value = reader.value(0);
        reader.skipSpace();
        if (reader.at < text.length()) {
            throw reader.wrong("the end");
        }
        return value;
    }

    private @Nullable Object value(int depth) throws MalformedAnswer {
        return switch (peek()) {
            case '{' -> object(depth + 1);
            case '[' -> array(depth + 1);
            case '"' -> string();
            case 't' -> word("true", Boolean.TRUE);
            case 'f' -> word("false", Boolean.FALSE);
            case 'n' -> word("null", null);
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
            default -> throw wrong("a value");
        };
    }

    private Map<String, @Nullable Object> object(int depth) throws MalformedAnswer {
        begin(depth);
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        if (take('}')) {
            return fields;
        }
        do {
            skipSpace();
            if (peek() != '"') {
                throw wrong("a name");
            }
            String name = string();
            skipSpace();
            expect(':');
            skipSpace();
            if (fields.containsKey(name)) {
                throw new MalformedAnswer("the name " + name + " twice in an object");
            }
            fields.put(name, value(depth));
            skipSpace();
        } while (take(','));
        expect('}');
        return fields;
    }

    private List<@Nullable Object> array(int depth) throws MalformedAnswer {
        begin(depth);
        List<@Nullable Object> items = new ArrayList<>();
        if (take(']')) {
            return items;
        }
        do {
            skipSpace();
            items.add(value(depth));
            skipSpace();
        } while (take(','));
        expect(']');
        return items;
    }

    private void begin(int depth) throws MalformedAnswer {
        if (depth > DEEPEST_NESTING) {
            throw new MalformedAnswer("nested deeper than " + DEEPEST_NESTING);
        }
        at++;
        skipSpace();
    }

    private String string() throws MalformedAnswer {
        expect('"');
        int start = at;
        while (at < text.length() && text.charAt(at) != '"' && text.charAt(at) != '\\' && text.charAt(at) >= ' ') {
            at++;
        }
        if (take('"')) {
            return text.substring(start, at - 1);
        }
        StringBuilder string = new StringBuilder().append(text, start, at);
        while (true) {
            char next = peek();
            if (next < ' ') {
                throw wrong("the end of a string");
            }
            at++;
            if (next == '"') {
                return string.toString();
            }
            string.append(next == '\\' ? escaped() : next);
        }
    }

    private char escaped() throws MalformedAnswer {
        char escape = peek();
        at++;
        return switch (escape) {
            case '"', '\\', '/' -> escape;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                int unit = 0;
                for (int i = 0; i < 4; i++) {
                    char hex = peek();
                    // Character.digit alone would take the digits of other scripts.
                    int digit = hex < 128 ? Character.digit(hex, 16) : -1;
                    if (digit < 0) {
                        throw wrong("four hex digits");
                    }
                    unit = unit * 16 + digit;
                    at++;
                }
                yield (char) unit;
            }
            default -> throw wrong("an escape");
        };
    }

    private Object number() throws MalformedAnswer {
        int start = at;
        take('-');
        if (!take('0')) {
            digits();
        }
        boolean whole = true;
        if (take('.')) {
            whole = false;
            digits();
        }
        if (take('e') || take('E')) {
            whole = false;
            if (!take('+')) {
                take('-');
            }
            digits();
        }
        String number = text.substring(start, at);
        if (number.length() > LONGEST_NUMBER) {
            throw new MalformedAnswer("a number of " + number.length() + " characters");
        }
        try {
            if (whole && number.length() <= 20) {
                return Long.valueOf(number);
            }
        } catch (NumberFormatException e) {
            // Beyond a long; told apart below.
        }
        try {
            return new BigDecimal(number);
        } catch (NumberFormatException e) {
            throw new MalformedAnswer("the number " + number);
        }
    }

    private void digits() throws MalformedAnswer {
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (at == start) {
            throw wrong("a digit");
        }
    }

    private @Nullable Object word(String word, @Nullable Object value) throws MalformedAnswer {
        if (!text.startsWith(word, at)) {
            throw wrong(word);
        }
        at += word.length();
        return value;
    }

    private void skipSpace() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char peek() throws MalformedAnswer {
        if (at >= text.length()) {
            throw new MalformedAnswer("JSON that ends too early");
        }
        return text.charAt(at);
    }

    private boolean take(char expected) {
        if (at < text.length() && text.charAt(at) == expected) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(char expected) throws MalformedAnswer {
        if (peek() != expected) {
            throw wrong("'" + expected + "'");
        }
        at++;
    }

    private MalformedAnswer wrong(String expected) {
        return new MalformedAnswer("no JSON: expected " + expected + " at position " + at);
    }
}

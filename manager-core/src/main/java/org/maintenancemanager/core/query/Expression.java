package org.maintenancemanager.core.query;

import java.util.List;

/** A filter or selector as read: its form is right, its names and values are not checked yet. */
public sealed interface Expression {
    record And(List<Expression> parts) implements Expression {
        public And {
            parts = List.copyOf(parts);
        }
    }

    record Or(List<Expression> parts) implements Expression {
        public Or {
            parts = List.copyOf(parts);
        }
    }

    /**
     * @param position of the field's name in the text, from 1
     * @param values one, or several for IN and NOT_IN
     */
    record Comparison(String field, Operator operator, List<String> values, int position) implements Expression {
        public Comparison {
            values = List.copyOf(values);
        }
    }
}

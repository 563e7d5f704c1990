"""The parser's JSON to our tree. What it has and we do not is refused by name, never left out silently."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, cast

from posthog.hogql import ast
from posthog.hogql.errors import NotImplementedError, QueryTooComplexError, SyntaxError

MAX_DEPTH = 150

Json = dict[str, Any]
Select = ast.SelectQuery | ast.SelectSetQuery


class Converter:
    """One text's tree; `depth` guards our own recursion."""

    def __init__(self) -> None:
        self.depth = 0

    def expr(self, node: Json) -> ast.Expr:
        handler = HANDLERS.get(node["node"])
        if handler is None:
            raise NotImplementedError(f"{node['node']} is not available.", position=_start(node))
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise QueryTooComplexError(f"The query is nested more than {MAX_DEPTH} deep.", position=_start(node))
        converted = handler(self, node)
        converted.start = _start(node)
        self.depth -= 1
        return converted

    def exprs(self, nodes: list[Json] | None) -> list[ast.Expr]:
        return [self.expr(node) for node in nodes or []]

    def optional(self, node: Json | None) -> ast.Expr | None:
        return None if node is None else self.expr(node)

    # Queries

    def query(self, node: Json) -> Select:
        return cast("Select", self.expr(node))

    def select(self, node: Json) -> ast.SelectQuery:
        _refuse(node, "qualify", "limit_with_ties", "limit_percent", "group_by_mode")
        return ast.SelectQuery(
            select=self.exprs(node["select"]),
            distinct=bool(node.get("distinct")),
            ctes=[self.cte(cte) for cte in node.get("ctes") or []],
            select_from=self.join(node.get("select_from")),
            array_join=self.exprs(node.get("array_join_list")),
            array_join_op=_array_join_op(node),
            prewhere=self.optional(node.get("prewhere")),
            where=self.optional(node.get("where")),
            group_by=self.exprs(node.get("group_by")),
            having=self.optional(node.get("having")),
            order_by=[self.order(item) for item in node.get("order_by") or []],
            limit_by=self.limit_by(node.get("limit_by")),
            limit=_whole_number(node.get("limit"), "LIMIT"),
            offset=_whole_number(node.get("offset"), "OFFSET"),
            window_exprs={name: self.window(item) for name, item in (node.get("window_exprs") or {}).items()},
        )

    def select_set(self, node: Json) -> ast.SelectSetQuery:
        _refuse(node, "limit", "offset", "order_by", "limit_by")
        rest = node["subsequent_select_queries"]
        for item in rest:
            if item["set_operator"] not in {"UNION ALL", "UNION DISTINCT", "INTERSECT", "EXCEPT"}:
                raise NotImplementedError(f"{item['set_operator']} is not available.")
        queries = [self.query(node["initial_select_query"]), *(self.query(item["select_query"]) for item in rest)]
        return ast.SelectSetQuery(queries, [item["set_operator"] for item in rest])

    def cte(self, node: Json) -> ast.CTE:
        _refuse(node, "recursive", "using_key", "columns", "materialized")
        return ast.CTE(node["name"], self.expr(node["expr"]), start=_start(node))

    def join(self, node: Json | None) -> ast.JoinExpr | None:
        if node is None:
            return None
        _refuse(node, "table_final", "column_aliases")
        constraint = node.get("constraint")
        if constraint is not None and constraint["constraint_type"] != "ON":
            raise NotImplementedError("USING is not available: write ON.", position=_start(node))
        args = node.get("table_args")
        return ast.JoinExpr(
            table=self.expr(node["table"]),
            alias=node.get("alias"),
            table_args=None if args is None else self.exprs(args),
            join_type=node.get("join_type"),
            constraint=None if constraint is None else self.expr(constraint["expr"]),
            sample=_sample(node.get("sample")),
            next_join=self.join(node.get("next_join")),
            start=_start(node),
        )

    def order(self, node: Json) -> ast.OrderExpr:
        _refuse(node, "with_fill", "collate")
        return ast.OrderExpr(self.expr(node["expr"]), node["order"], start=_start(node))

    def limit_by(self, node: Json | None) -> ast.LimitBy | None:
        if node is None:
            return None
        count = _whole_number(node["n"], "LIMIT BY") or 0
        return ast.LimitBy(count, self.exprs(node["exprs"]), _whole_number(node.get("offset_value"), "OFFSET"))

    def window(self, node: Json) -> ast.WindowExpr:
        return ast.WindowExpr(
            self.exprs(node.get("partition_by")),
            [self.order(item) for item in node.get("order_by") or []],
            node.get("frame_method"),
            _frame(node.get("frame_start")),
            _frame(node.get("frame_end")),
        )

    # Expressions

    def call(self, node: Json) -> ast.Expr:
        _refuse(node, "within_group", "order_by")
        params = node.get("params")
        name, args = node["name"], self.exprs(node["args"])
        if node.get("filter_expr") is not None:
            name, args = f"{name}If", [*args, self.expr(node["filter_expr"])]
        return ast.Call(name, args, None if params is None else self.exprs(params), bool(node.get("distinct")))

    def window_function(self, node: Json) -> ast.Expr:
        over = node.get("over_expr")
        args, params = (node["exprs"], None) if not node.get("args") else (node["args"], node["exprs"])
        return ast.WindowFunction(
            node["name"],
            self.exprs(args),
            None if params is None else self.exprs(params),
            None if over is None else self.window(over),
            node.get("over_identifier"),
        )

    def placeholder(self, node: Json) -> ast.Expr:
        inner = node["expr"]
        if inner["node"] != "Field":
            raise NotImplementedError("A placeholder is a name in braces, as {filters}.", position=_start(node))
        return ast.Placeholder(inner["chain"])

    def lambda_(self, node: Json) -> ast.Expr:
        if node["expr"]["node"] == "Block":
            raise NotImplementedError("A lambda cannot hold statements.", position=_start(node))
        return ast.Lambda(node["args"], self.expr(node["expr"]))

    def distinct_from(self, node: Json) -> ast.Expr:
        """NULL-safe: both NULL, or equal."""
        left, right = self.expr(node["left"]), self.expr(node["right"])
        both_null = ast.And([_compare("==", side, ast.Constant(None)) for side in (left, right)])
        same = ast.Or([_compare("==", left, right), both_null])
        return same if node.get("negated") else ast.Not(same)

    def constant(self, node: Json) -> ast.Expr:
        value = node["value"]
        if node.get("value_type") == "number":
            value = float(value)
        return ast.Constant(value)


def _compare(op: str, left: ast.Expr, right: ast.Expr) -> ast.CompareOperation:
    return ast.CompareOperation(ast.CompareOperationOp(op), left, right)


def _start(node: Json) -> int | None:
    start = node.get("start")
    return start["offset"] if isinstance(start, dict) else None


def _refuse(node: Json, *keys: str) -> None:
    for key in keys:
        if node.get(key):
            raise NotImplementedError(f"{key.replace('_', ' ')} is not available.", position=_start(node))


def _whole_number(node: Json | None, clause: str) -> int | None:
    if node is None:
        return None
    value = node.get("value") if node["node"] == "Constant" else None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise SyntaxError(f"{clause} takes a whole number.", position=_start(node))
    return value


def _array_join_op(node: Json) -> Literal["ARRAY JOIN", "LEFT ARRAY JOIN"]:
    written = node.get("array_join_op") or "ARRAY JOIN"
    if written not in {"ARRAY JOIN", "INNER ARRAY JOIN", "LEFT ARRAY JOIN"}:
        raise NotImplementedError(f"{written} is not available.", position=_start(node))
    return "LEFT ARRAY JOIN" if written == "LEFT ARRAY JOIN" else "ARRAY JOIN"


def _sample(node: Json | None) -> ast.RatioExpr | None:
    if node is None:
        return None
    _refuse(node, "offset_value")
    ratio = node["sample_value"]
    left, right = ratio["left"]["value"], (ratio.get("right") or {}).get("value")
    if not 0 < left / (right or 1) <= 1:
        raise SyntaxError("SAMPLE takes a share between 0 and 1.", position=_start(node))
    return ast.RatioExpr(left, right)


def _frame(node: Json | None) -> ast.WindowFrame | None:
    return None if node is None else ast.WindowFrame(node["frame_type"], node.get("frame_value"))


HANDLERS: dict[str, Callable[[Converter, Json], ast.Expr]] = {
    "SelectQuery": Converter.select,
    "SelectSetQuery": Converter.select_set,
    "Constant": Converter.constant,
    "Field": lambda c, n: ast.Field(n["chain"]),
    "Placeholder": Converter.placeholder,
    "Alias": lambda c, n: ast.Alias(n["alias"], c.expr(n["expr"])),
    "Call": Converter.call,
    "And": lambda c, n: ast.And(c.exprs(n["exprs"])),
    "Or": lambda c, n: ast.Or(c.exprs(n["exprs"])),
    "Not": lambda c, n: ast.Not(c.expr(n["expr"])),
    "CompareOperation": lambda c, n: _compare(n["op"], c.expr(n["left"]), c.expr(n["right"])),
    "IsDistinctFrom": Converter.distinct_from,
    "ArithmeticOperation": lambda c, n: ast.ArithmeticOperation(ast.ArithmeticOperationOp(n["op"]), c.expr(n["left"]), c.expr(n["right"])),
    "BetweenExpr": lambda c, n: ast.Between(c.expr(n["expr"]), c.expr(n["low"]), c.expr(n["high"]), bool(n.get("negated"))),
    "TypeCast": lambda c, n: ast.TypeCast(c.expr(n["expr"]), n["type_name"]),
    "TryCast": lambda c, n: ast.TypeCast(c.expr(n["expr"]), n["type_name"]),
    "Lambda": Converter.lambda_,
    "Tuple": lambda c, n: ast.Tuple(c.exprs(n["exprs"])),
    "Array": lambda c, n: ast.Array(c.exprs(n["exprs"])),
    "Dict": lambda c, n: ast.Dict([(c.expr(key), c.expr(value)) for key, value in n["items"]]),
    "ArrayAccess": lambda c, n: ast.ArrayAccess(c.expr(n["array"]), c.expr(n["property"])),
    "ArraySlice": lambda c, n: ast.ArraySlice(c.expr(n["array"]), c.optional(n.get("start_expr")), c.optional(n.get("end_expr"))),
    "TupleAccess": lambda c, n: ast.TupleAccess(c.expr(n["tuple"]), n["index"]),
    "WindowFunction": Converter.window_function,
}

"""Writes scikit-learn models as standard PMML 4.4: logistic regressions and random forests, with text categories as they are.

Each field says how the document treats a record that lacks it (`replacement`) or that has a category the model was not
trained on (`unknown`); scaling and one-hot encoding are folded into the coefficients, and ordinal codes into sets of texts.
"""

from dataclasses import dataclass
from xml.etree import ElementTree as ET

NAMESPACE = "http://www.dmg.org/PMML-4_4"


@dataclass(frozen=True)
class Number:
    name: str
    replacement: float | None = None


@dataclass(frozen=True)
class Category:
    name: str
    values: tuple[str, ...]
    replacement: str | None = None
    # PMML's invalidValueTreatment: returnInvalid refuses the record, asMissing goes on as if the field were absent.
    unknown: str = "returnInvalid"


def element(parent, tag, **attributes):
    return ET.SubElement(parent, tag, {k.rstrip("_"): v for k, v in attributes.items() if v is not None})


def decimal(value):
    """The shortest text that reads back as the same double."""
    text = repr(float(value))
    return text.removesuffix(".0")


def document(fields, target, description):
    root = ET.Element("PMML", {"xmlns": NAMESPACE, "version": "4.4"})
    header = element(root, "Header", description=description)
    element(header, "Application", name="Sluice examples", version="1")
    dictionary = element(root, "DataDictionary", numberOfFields=str(len(fields) + 1))
    for field in fields:
        if isinstance(field, Number):
            element(dictionary, "DataField", name=field.name, optype="continuous", dataType="double")
        else:
            categories(dictionary, field.name, field.values)
    categories(dictionary, target.name, target.values)
    return root


def categories(dictionary, name, values):
    data_field = element(dictionary, "DataField", name=name, optype="categorical", dataType="string")
    for value in values:
        element(data_field, "Value", value=value)


def mining_schema(model, fields, target=None):
    schema = element(model, "MiningSchema")
    if target is not None:
        element(schema, "MiningField", name=target.name, usageType="target")
    for field in fields:
        replacement = field.replacement
        unknown = getattr(field, "unknown", "returnInvalid")
        element(
            schema,
            "MiningField",
            name=field.name,
            missingValueReplacement=decimal(replacement) if isinstance(field, Number) and replacement is not None else replacement,
            invalidValueTreatment=None if unknown == "returnInvalid" else unknown,
        )


def output(model, target):
    outputs = element(model, "Output")
    for value in target.values:
        name = f"probability({value})"
        element(outputs, "OutputField", name=name, optype="continuous", dataType="double", feature="probability", value=value)


def logistic_regression(fields, target, tables, description):
    """`tables`: per class an intercept and {field or (field, category): coefficient}; two classes use logit, more softmax."""
    root = document(fields, target, description)
    model = element(
        root,
        "RegressionModel",
        modelName=description,
        functionName="classification",
        algorithmName="logistic regression",
        normalizationMethod="logit" if len(tables) == 2 else "softmax",
    )
    mining_schema(model, fields, target)
    output(model, target)
    for value, (intercept, coefficients) in tables.items():
        table = element(model, "RegressionTable", targetCategory=value, intercept=decimal(intercept))
        # The schema wants every NumericPredictor before the first CategoricalPredictor.
        for key, coefficient in sorted(coefficients.items(), key=lambda item: isinstance(item[0], tuple)):
            if isinstance(key, tuple):
                element(table, "CategoricalPredictor", name=key[0], value=key[1], coefficient=decimal(coefficient))
            else:
                element(table, "NumericPredictor", name=key, coefficient=decimal(coefficient))
    return root


def random_forest(forest, fields, target, description, codes):
    """`codes`: {field: [category of code 0, of code 1, ...]}, for the fields whose column of the forest holds ordinal codes."""
    root = document(fields, target, description)
    model = element(root, "MiningModel", modelName=description, functionName="classification", algorithmName="random forest")
    mining_schema(model, fields, target)
    output(model, target)
    segmentation = element(model, "Segmentation", multipleModelMethod="average")
    for number, estimator in enumerate(forest.estimators_, start=1):
        segment = element(segmentation, "Segment", id=str(number))
        element(segment, "True")
        tree = element(segment, "TreeModel", functionName="classification", splitCharacteristic="binarySplit")
        used = {fields[i].name for i in estimator.tree_.feature if i >= 0}
        mining_schema(tree, [type(f)(f.name, *((f.values,) if isinstance(f, Category) else ())) for f in fields if f.name in used])
        node = element(tree, "Node")
        element(node, "True")
        grow(node, estimator.tree_, 0, fields, list(forest.classes_), codes)
    return root


def grow(parent, tree, at, fields, classes, codes):
    left, right = tree.children_left[at], tree.children_right[at]
    if left < 0:
        counts = [round(share * tree.weighted_n_node_samples[at]) for share in tree.value[at][0]]
        parent.set("score", classes[counts.index(max(counts))])
        for value, count in zip(classes, counts):
            element(parent, "ScoreDistribution", value=value, recordCount=str(count))
        return
    field, threshold = fields[tree.feature[at]], tree.threshold[at]
    for child, is_left in ((left, True), (right, False)):
        node = element(parent, "Node")
        if isinstance(field, Number):
            operator = "lessOrEqual" if is_left else "greaterThan"
            element(node, "SimplePredicate", field=field.name, operator=operator, value=decimal(threshold))
        else:
            texts = sorted(text for code, text in enumerate(codes[field.name]) if code <= threshold)
            predicate = element(node, "SimpleSetPredicate", field=field.name, booleanOperator="isIn" if is_left else "isNotIn")
            array = element(predicate, "Array", type="string", n=str(len(texts)))
            array.text = " ".join(texts)
        grow(node, tree, child, fields, classes, codes)


def write(root, path):
    ET.indent(root, space="")
    path.write_bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")

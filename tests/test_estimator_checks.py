"""The checks that scikit-learn has for estimators, on `SentimentClassifier` and `ReviewEncoder`.

The checks make numbers, (n, features); here each row becomes a text, with a word for each number. LEFT_OUT has the
checks that cannot run on texts, each with its reason. GUIDE has the clauses of the developer guide.
"""

import re
from pathlib import Path

import numpy as np
import pytest
import sklearn
from sklearn.utils.estimator_checks import estimator_checks_generator
from sklearn.utils.validation import check_array

import sentiment_fast as sf

pytestmark = pytest.mark.slow

SETTINGS = {"hidden_size": 16, "embedding_size": 4, "max_words": 500, "max_length": 16, "ngram_bits": 10}
_NUMBERS = "is about the numbers in X, which the texts are made of here before the estimator gets them"
_SHAPES = "is about the columns of X; texts have none"
LEFT_OUT = {
    "check_complex_data": _NUMBERS,
    "check_dtype_object": _NUMBERS,
    "check_estimators_dtypes": _NUMBERS,
    "check_estimators_nan_inf": _NUMBERS,
    "check_f_contiguous_array_estimator": _NUMBERS,
    "check_readonly_memmap_input": _NUMBERS,
    "check_estimator_sparse_array": _NUMBERS,
    "check_estimator_sparse_matrix": _NUMBERS,
    "check_estimator_sparse_tag": _NUMBERS,
    "check_array_api_input": _NUMBERS,
    "check_estimators_empty_data_messages": _SHAPES + "; test_estimator.py has texts without rows",
    "check_fit1d": _SHAPES + ", and their containers have one dimension",
    "check_fit2d_predict1d": _SHAPES + ", and their containers have one dimension",
    "check_n_features_in": _SHAPES,
    "check_n_features_in_after_fitting": _SHAPES,
    "check_sample_weight_equivalence_on_dense_data": "batches, and words numbered by how often they occur, differ "
    "between weights and copies; test_estimator.py has a case in which they do not, and the predictions are the same",
}
# The clauses of scikit-learn's guide "Developing scikit-learn estimators" that apply, and the tests of each, here or in
# test_estimator.py. The others are about columns (n_features_in_, feature_names_in_), sparse data, regressors,
# clusterers and partial_fit.
GUIDE = {
    "the constructor stores its parameters as they are, has defaults, and looks at none": [
        "check_parameters_default_constructible",
        "check_no_attributes_set_in_init",
        "test_the_constructor_only_stores_and_clones_are_unfitted",
    ],
    "parameters can be read, set and cloned": [
        "check_get_params_invariance",
        "check_set_params",
        "check_estimator_cloneable",
        "test_parameters_can_be_set",
    ],
    "fit looks at parameters and data, and raises ValueError or TypeError": [
        "check_supervised_y_2d",
        "check_supervised_y_no_nan",
        "check_classifiers_regression_target",
        "check_classifiers_one_label",
        "check_requires_y_none",
        "test_parameters_that_cannot_be_used_are_value_errors_of_fit",
        "test_texts_and_labels_that_cannot_be_learned_from_are_errors_that_say_why",
    ],
    "fit returns the estimator, and changes no parameter": [
        "check_estimators_fit_returns_self",
        "check_dont_overwrite_parameters",
        "check_estimators_overwrite_params",
    ],
    "fit starts over": ["check_fit_idempotent", "test_fitting_again_starts_over"],
    "fit and predict change no data": ["check_dict_unchanged", "test_texts_labels_and_weights_are_read_only"],
    "what was learned ends in an underscore, and is asked for before it is used": [
        "check_fit_check_is_fitted",
        "check_estimators_unfitted",
        "check_transformers_unfitted",
        "test_before_it_is_fitted_it_says_so",
    ],
    "random_state decides everything, and no other random numbers are touched": [
        "test_the_random_state_decides_everything",
        "test_fit_leaves_the_random_numbers_of_others_alone",
    ],
    "classifiers have classes_, predict these, and order columns by them": [
        "check_classifiers_classes",
        "check_classifiers_train",
        "check_decision_proba_consistency",
        "test_labels_keep_their_type",
        "test_the_decision_function_is_above_0_where_the_second_class_is_predicted",
    ],
    "weights of samples and of classes": [
        "check_sample_weights_shape",
        "check_sample_weights_not_overwritten",
        "check_all_zero_sample_weights_error",
        "check_class_weight_classifiers",
        "test_weights_are_what_repeated_rows_are",
        "test_weights_are_routed_to_it_on_request",
    ],
    "a row's prediction does not depend on the others": [
        "check_methods_subset_invariance",
        "check_methods_sample_order_invariance",
    ],
    "transformers: fit_transform is fit and transform, names of columns, set_output": [
        "check_transformer_general",
        "test_the_encoder_has_names_for_its_columns_and_returns_frames_on_request",
    ],
    "estimators are pickled": [
        "check_estimators_pickle",
        "test_a_pickle_holds_bytes_of_safetensors_and_json_and_no_network",
        "test_the_encoder_is_pickled_as_its_vocabulary_file",
    ],
    "tags, and the order of mixins": [
        "check_mixin_order",
        "check_valid_tag_types",
        "test_tags_say_that_it_takes_texts",
    ],
    "pipelines, searches, other estimators around it, and joblib": [
        "check_pipeline_consistency",
        "check_fit_score_takes_y",
        "test_a_grid_search_in_two_processes_finds_the_better_settings",
        "test_it_can_be_a_part_of_other_classifiers",
        "test_in_a_worker_of_joblib_it_uses_one_thread",
    ],
    "repr": ["check_estimator_repr"],
}
TINY = {"epochs": 2, "batch_size": 16, "learning_rate": 0.02, "device": "cpu", "threads": 1}


def texts_of(numbers):
    """A word for each number of a row, such as "a0x3": the column, and the number rounded down to a half."""
    rows = np.floor(2 * check_array(numbers)).astype(int)
    return [" ".join(f"{'n' if one < 0 else 'p'}{column}x{abs(one)}" for column, one in enumerate(row)) for row in rows]


class _OfNumbers:
    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        tags.input_tags.string = tags.input_tags.one_d_array = False
        return tags

    def fitting(self, numbers):
        self.columns_ = check_array(numbers).shape[1]
        return texts_of(numbers)

    def fitted(self, numbers):
        if hasattr(self, "columns_") and check_array(numbers).shape[1] != self.columns_:
            raise ValueError(f"Expected {self.columns_} columns")
        return texts_of(numbers)


class NumbersClassifier(_OfNumbers, sf.SentimentClassifier):
    def fit(self, X, y, sample_weight=None):  # noqa: N803
        return super().fit(self.fitting(X), y, sample_weight)

    def predict_proba(self, X):  # noqa: N803
        return super().predict_proba(self.fitted(X))


class NumbersEncoder(_OfNumbers, sf.ReviewEncoder):
    def fit(self, X, y=None):  # noqa: N803
        return super().fit(self.fitting(X), y)

    def transform(self, X):  # noqa: N803
        return super().transform(self.fitted(X))


def name_of(check):
    return getattr(check.func, "func", check.func).__name__


ALL = [
    pytest.param(estimator, check, id=f"{type(estimator).__name__}-{name_of(check)}")
    for estimator in (
        NumbersClassifier(settings=SETTINGS, **TINY),
        NumbersEncoder(max_length=4, keep_digits=True, stop_words=None),
    )
    for estimator, check in estimator_checks_generator(estimator)
]
CHECKS = {
    param.id: param
    for param in reversed(ALL)  # of those that differ only in how X lies in memory, the first
    if name_of(param.values[1]) not in LEFT_OUT
}


@pytest.mark.parametrize(("estimator", "check"), list(reversed(CHECKS.values())))
def test_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


# Both lists are of the checks of this version; earlier ones lack some of them.
with_all_checks = pytest.mark.skipif(
    tuple(map(int, sklearn.__version__.split(".")[:2])) < (1, 8), reason="needs scikit-learn 1.8"
)


@with_all_checks
def test_what_is_left_out_is_there():
    assert set(LEFT_OUT) <= {name_of(param.values[1]) for param in ALL}
    assert len(CHECKS) > 60


@with_all_checks
def test_what_the_guide_asks_for_is_tested():
    others = Path(__file__).with_name("test_estimator.py").read_text("utf-8")
    known = {name_of(param.values[1]) for param in CHECKS.values()} | set(re.findall(r"^def (test_\w+)", others, re.M))
    assert {name for names in GUIDE.values() for name in names} <= known

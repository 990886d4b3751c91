#include "autodiff/derivatives.hpp"

#include <string>
#include <vector>

#include "autodiff/error.hpp"
#include "autodiff/gradient.hpp"
#include "autodiff/operations.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

void require_both(Var value, Var variable, const char* entry) {
    require_var(value, entry, "the value");
    require_var_of(value.tape(), variable, entry, "the variable");
}

void require_along(Var direction, Var variable, const char* entry, const char* role) {
    require_var_of(variable.tape(), direction, entry, role);
    if (direction.shape() != variable.shape()) {
        throw Error(ErrorCode::shape, "[" + std::string(entry) + "] " + role + " has shape " +
                                          to_string(direction.shape()) + ", the variable " +
                                          to_string(variable.shape()));
    }
}

}  // namespace

Var jacobian(Var value, Var variable) {
    require_both(value, variable, "jacobian");
    const Shape inner = variable.shape();
    Shape shape = value.shape();
    shape.insert(shape.end(), inner.begin(), inner.end());
    const Index count = element_count(value.shape());
    if (count == 0) {
        return value.tape().filled(shape, 0);
    }
    Shape row{1};
    row.insert(row.end(), inner.begin(), inner.end());
    const Var flat = reshape(value, {count});
    std::vector<Var> rows;
    for (Index i = 0; i < count; ++i) {
        rows.push_back(reshape(gradient(sum(slice(flat, 0, i, i + 1)), variable), row));
    }
    return reshape(concatenate(rows, 0), shape);
}

Var hessian(Var value, Var variable) {
    require_both(value, variable, "hessian");
    require_scalar(value, "hessian", "the value");
    return jacobian(gradient(value, variable), variable);
}

Var hessian_vector_product(Var value, Var variable, Var vector) {
    require_both(value, variable, "hessian_vector_product");
    require_scalar(value, "hessian_vector_product", "the value");
    require_along(vector, variable, "hessian_vector_product", "the vector");
    return gradient(sum(gradient(value, variable) * stop_gradient(vector)), variable);
}

// The product of a cotangent with the Jacobian is linear in the cotangent; its gradient by the cotangent,
// along the tangent, is the product of the Jacobian with the tangent.
Var jvp(Var value, Var variable, Var tangent) {
    require_both(value, variable, "jvp");
    require_along(tangent, variable, "jvp", "the tangent");
    const Var cotangent = reshape(value.tape().filled({element_count(value.shape())}, 1), value.shape());
    const Var product = gradient(sum(value * cotangent), variable);
    return gradient(sum(product * stop_gradient(tangent)), cotangent);
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl

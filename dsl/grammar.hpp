#pragma once

#include <tao/pegtl.hpp>
#include <tao/pegtl/contrib/parse_tree.hpp>

/// The grammar of one statement of a .gan file, over text that scan.hpp has prepared: comments are blanks,
/// and so are line ends inside () and [], so that a line end here ends a line of the language.
///
/// Every rule under `must` has its message in `message` below; without one this does not compile. A message
/// is what was expected, as the end of the sentence "expected ...".
namespace gandsl::dsl::grammar {

// NOLINTBEGIN(google-build-using-namespace)
using namespace tao::pegtl;
// NOLINTEND(google-build-using-namespace)

struct blank : star<one<' ', '\t'>> {};
struct newline : seq<eol, blank> {};

template <typename... Words>
struct words : seq<sor<Words...>, not_at<identifier_other>> {};

struct word_option : words<TAO_PEGTL_STRING("option")> {};
struct word_data : words<TAO_PEGTL_STRING("data")> {};
struct word_latent : words<TAO_PEGTL_STRING("latent")> {};
struct word_net : words<TAO_PEGTL_STRING("net")> {};
struct word_layer : words<TAO_PEGTL_STRING("layer")> {};
struct word_train : words<TAO_PEGTL_STRING("train")> {};
struct word_measure : words<TAO_PEGTL_STRING("measure")> {};
struct word_sample : words<TAO_PEGTL_STRING("sample")> {};
struct word_update : words<TAO_PEGTL_STRING("update")> {};
struct word_repeat : words<TAO_PEGTL_STRING("repeat")> {};
struct word_return : words<TAO_PEGTL_STRING("return")> {};
struct word_minimize : words<TAO_PEGTL_STRING("minimize")> {};
struct word_maximize : words<TAO_PEGTL_STRING("maximize")> {};
struct word_with : words<TAO_PEGTL_STRING("with")> {};
struct word_or : words<TAO_PEGTL_STRING("or")> {};
struct word_as : words<TAO_PEGTL_STRING("as")> {};
struct word_every : words<TAO_PEGTL_STRING("every")> {};
struct boolean : words<TAO_PEGTL_STRING("true"), TAO_PEGTL_STRING("false")> {};
// Words that mean something in one place only, and may be names everywhere else.
struct word_from : words<TAO_PEGTL_STRING("from")> {};
struct word_on : words<TAO_PEGTL_STRING("on")> {};
struct word_average : words<TAO_PEGTL_STRING("average")> {};

struct statement_word
    : sor<word_option, word_data, word_latent, word_net, word_layer, word_train, word_measure, word_sample> {
};
struct reserved : sor<statement_word, word_update, word_repeat, word_return, word_minimize, word_maximize,
                      word_with, word_or, word_as, word_every, boolean> {};

struct name_characters : seq<not_at<reserved>, identifier_first, star<identifier_other>> {};
struct name : seq<name_characters> {};

// Literals.

struct digits : plus<digit> {};
struct number_end : not_at<sor<identifier_other, one<'.'>>> {};
struct number : seq<sor<seq<digits, opt<one<'.'>, digits>>, seq<one<'.'>, digits>>,
                    opt<one<'e', 'E'>, opt<one<'+', '-'>>, digits>, must<number_end>> {};
struct escape : one<'"', '\\', 'n', 't'> {};
struct text : seq<one<'"'>, star<sor<seq<one<'\\'>, must<escape>>, not_one<'"', '\n', '\\'>>>, one<'"'>> {};

// Expressions, loosest last.

struct expression;

struct argument_name : seq<name, blank, one<'='>, not_at<one<'='>>> {};
struct argument_value : seq<expression> {};
struct named_argument : seq<argument_name, blank, must<argument_value>> {};
struct argument : sor<named_argument, expression> {};
struct first_argument : seq<argument> {};
struct next_argument : sor<argument, at<one<')'>>> {};
struct close_call : one<')'> {};
struct arguments
    : seq<one<'('>, blank,
          sor<one<')'>, seq<must<first_argument>, star<blank, one<','>, blank, must<next_argument>>, blank,
                            must<close_call>>>> {};
struct reference : seq<name, opt<blank, arguments>> {};

struct group_value : seq<expression> {};
struct close_group : one<')'> {};
struct group : seq<one<'('>, blank, must<group_value>, blank, must<close_group>> {};

struct list_item : seq<expression> {};
struct close_list : one<']'> {};
struct list_of
    : seq<one<'['>, blank,
          sor<one<']'>,
              seq<must<list_item>, star<blank, one<','>, blank, must<list_item>>, blank, must<close_list>>>> {
};

struct primary : sor<number, text, boolean, reference, group, list_of> {};

struct colon : one<':'> {};
struct index_value : seq<expression> {};
struct close_index : one<']'> {};
struct index_of : seq<one<'['>, blank,
                      sor<seq<colon, blank, opt<expression>>,
                          seq<must<index_value>, blank, opt<colon, blank, opt<expression>>>>,
                      blank, must<close_index>> {};
struct postfix : seq<primary, star<blank, index_of>> {};

struct minus_sign : one<'-'> {};
struct exponent : seq<star<minus_sign, blank>, postfix> {};
struct power_operand : seq<exponent> {};
struct power : seq<postfix, star<blank, one<'^'>, blank, must<power_operand>>> {};
struct unary : seq<star<minus_sign, blank>, power> {};
struct product_operator : one<'*', '/'> {};
struct product_operand : seq<unary> {};
struct product : seq<unary, star<blank, product_operator, blank, must<product_operand>>> {};
struct sum_operator : one<'+', '-'> {};
struct sum_operand : seq<product> {};
struct sum : seq<product, star<blank, sum_operator, blank, must<sum_operand>>> {};
struct comparison_operator
    : sor<string<'<', '='>, string<'>', '='>, string<'=', '='>, string<'!', '='>, one<'<', '>'>> {};
struct comparison_operand : seq<sum> {};
struct comparison_end : not_at<blank, comparison_operator> {};
struct comparison
    : seq<sum, opt<blank, comparison_operator, blank, must<comparison_operand, comparison_end>>> {};
struct pipe_recipe : seq<comparison> {};
struct pipe : seq<comparison, star<blank, one<'|'>, blank, must<pipe_recipe>>> {};
struct expression : seq<pipe> {};

// Blocks. Every line of every block parses in every block; the checker says which stand where.

struct block;
struct body : seq<block> {};

struct repeat_count : seq<expression> {};
struct repeat_line : seq<word_repeat, blank, must<repeat_count>, blank, must<body>> {};
struct return_value : seq<expression> {};
struct return_line
    : seq<word_return, blank, must<return_value>, star<blank, one<','>, blank, must<return_value>>> {};
struct updated_net : seq<name> {};
struct update_with : seq<word_with> {};
struct optimizer : seq<reference> {};
struct update_line
    : seq<word_update, blank, must<updated_net>, star<blank, one<','>, blank, must<updated_net>>, blank,
          must<update_with>, blank, must<optimizer>, blank, must<body>> {};
struct objective_value : seq<expression> {};
struct objective_line : seq<sor<word_minimize, word_maximize>, blank, must<objective_value>> {};
struct average_decay : seq<expression> {};
struct average_line : seq<word_average, blank, name, blank, word_with, blank, must<average_decay>> {};
struct distribution : seq<reference> {};
struct draw_line : seq<name, blank, one<'~'>, blank, must<distribution>> {};
struct equals : seq<one<'='>, not_at<one<'='>>> {};
struct binding_equals : seq<equals> {};
struct bound_name : seq<name> {};
struct binding_value : seq<expression> {};
struct binding_line : seq<at<name_characters, blank, sor<equals, one<','>>>, name,
                          star<blank, one<','>, blank, must<bound_name>>, blank, must<binding_equals>, blank,
                          must<binding_value>> {};
struct expression_line : seq<expression> {};
struct line : sor<repeat_line, return_line, update_line, objective_line, average_line, draw_line,
                  binding_line, expression_line> {};
struct end_of_line : sor<plus<newline>, at<one<'}'>>> {};
struct close_block : one<'}'> {};
struct block : seq<one<'{'>, blank, star<newline>, star<line, blank, must<end_of_line>>, must<close_block>> {
};

// Statements.

struct option_name : seq<name> {};
struct option_equals : seq<equals> {};
struct literal : sor<seq<opt<minus_sign, blank>, number>, text, boolean> {};
struct option_value : seq<literal> {};
struct option_statement
    : seq<word_option, blank, must<option_name>, blank, must<option_equals>, blank, must<option_value>> {};

struct data_name : seq<name> {};
struct data_equals : seq<equals> {};
struct source : seq<reference> {};
struct data_statement
    : seq<word_data, blank, must<data_name>, star<blank, one<','>, blank, must<data_name>>, blank,
          must<data_equals>, blank, must<source>, star<blank, word_or, blank, must<source>>> {};

struct latent_name : seq<name> {};
struct latent_tilde : one<'~'> {};
struct latent_statement
    : seq<word_latent, blank, must<latent_name>, blank, must<latent_tilde>, blank, must<distribution>> {};

struct size_number : seq<digits> {};
struct label_word : words<TAO_PEGTL_STRING("label")> {};
struct label_size : sor<size_number, name> {};
struct close_label : one<')'> {};
struct label : seq<label_word, blank, one<'('>, blank, must<label_size>, blank, must<close_label>> {};
struct size : sor<label, size_number, name> {};
struct next_size : seq<size> {};
struct sizes : seq<size, star<blank, one<'x'>, blank, must<next_size>>> {};
struct annotation : seq<sizes> {};

struct open_parameters : one<'('> {};
struct close_parameters : one<')'> {};
struct net_parameter : seq<name, opt<blank, one<':'>, blank, must<annotation>>> {};
struct layer_default : seq<expression> {};
struct layer_parameter : seq<name, opt<blank, equals, blank, must<layer_default>>> {};
template <typename Parameter>
struct parameters : seq<must<open_parameters>, blank, must<Parameter>,
                        star<blank, one<','>, blank, must<Parameter>>, blank, must<close_parameters>> {};
struct result : seq<annotation> {};
struct results : seq<string<'-', '>'>, blank, must<result>, star<blank, one<','>, blank, must<result>>> {};
struct net_name : seq<name> {};
struct from_text : seq<text> {};
struct net_from : seq<word_from, blank, must<from_text>> {};
struct net_statement
    : seq<word_net, blank, must<net_name>, blank,
          sor<net_from, seq<parameters<net_parameter>, blank, opt<results>, blank, must<body>>>> {};

struct layer_name : seq<name> {};
struct layer_statement
    : seq<word_layer, blank, must<layer_name>, blank, parameters<layer_parameter>, blank, must<body>> {};

struct train_statement : seq<word_train, blank, opt<arguments>, blank, must<body>> {};

struct every : seq<word_every> {};
struct unit : words<TAO_PEGTL_STRING("epochs"), TAO_PEGTL_STRING("epoch"), TAO_PEGTL_STRING("steps"),
                    TAO_PEGTL_STRING("step")> {};
struct period_unit : seq<unit> {};
struct period_count : sor<number, name> {};
struct period : sor<unit, seq<period_count, blank, must<period_unit>>> {};
struct shown_value : seq<expression> {};
struct shown_equals : sor<block, seq<equals, blank, sor<block, must<shown_value>>>> {};

struct measure_name : seq<name> {};
struct measure_on : seq<word_on> {};
struct split : plus<identifier_other> {};
struct measure_statement
    : seq<word_measure, blank, must<measure_name>, blank, must<shown_equals>, blank, must<measure_on>, blank,
          must<split>, blank, must<every>, blank, must<period>> {};

struct sample_name : seq<name> {};
struct sample_as : seq<word_as> {};
struct sink : seq<reference> {};
struct sample_statement : seq<word_sample, blank, must<sample_name>, blank, must<shown_equals>, blank,
                              must<sample_as>, blank, must<sink>, blank, must<every>, blank, must<period>> {};

struct any_statement : sor<option_statement, data_statement, latent_statement, net_statement, layer_statement,
                           train_statement, measure_statement, sample_statement> {};
struct end_of_statement : seq<star<newline>, eof> {};
/// A stretch of text that holds one statement.
struct statement : seq<blank, must<any_statement>, blank, must<end_of_statement>> {};

// What was expected where a rule failed.

template <typename>
inline constexpr const char* message = nullptr;

template <>
inline constexpr const char* message<number_end> = "an operator or a blank after the number";
template <>
inline constexpr const char* message<escape> = "one of \\\", \\\\, \\n, \\t";
template <>
inline constexpr const char* message<argument_value> = "the argument's value";
template <>
inline constexpr const char* message<first_argument> = "an argument or `)`";
template <>
inline constexpr const char* message<next_argument> = "another argument";
template <>
inline constexpr const char* message<close_call> = "`,` or `)`";
template <>
inline constexpr const char* message<group_value> = "an expression";
template <>
inline constexpr const char* message<close_group> = "an operator or `)`";
template <>
inline constexpr const char* message<list_item> = "a number of the list";
template <>
inline constexpr const char* message<close_list> = "`,` or `]`";
template <>
inline constexpr const char* message<index_value> = "an index, such as `0`, `-1` or `2:5`";
template <>
inline constexpr const char* message<close_index> = "`:` or `]`";
template <>
inline constexpr const char* message<power_operand> = "an exponent";
template <>
inline constexpr const char* message<product_operand> = "an expression after the operator";
template <>
inline constexpr const char* message<sum_operand> = "an expression after the operator";
template <>
inline constexpr const char* message<comparison_operand> = "an expression to compare with";
template <>
inline constexpr const char* message<comparison_end> = "one comparison at a time";
template <>
inline constexpr const char* message<pipe_recipe> = "a layer or function after `|`";
template <>
inline constexpr const char* message<body> = "`{`";
template <>
inline constexpr const char* message<repeat_count> = "how often to repeat";
template <>
inline constexpr const char* message<return_value> = "a value to return";
template <>
inline constexpr const char* message<updated_net> = "the name of a net";
template <>
inline constexpr const char* message<update_with> = "`,` or `with` and an optimizer";
template <>
inline constexpr const char* message<optimizer> = "an optimizer, such as `adam(2e-4)`";
template <>
inline constexpr const char* message<objective_value> = "an expression";
template <>
inline constexpr const char* message<average_decay> = "the decay, such as `0.999`";
template <>
inline constexpr const char* message<distribution> = "a distribution, such as `normal(100)`";
template <>
inline constexpr const char* message<bound_name> = "another name";
template <>
inline constexpr const char* message<binding_equals> = "`,` or `=`";
template <>
inline constexpr const char* message<binding_value> = "an expression";
template <>
inline constexpr const char* message<end_of_line> = "an operator or the end of the line";
template <>
inline constexpr const char* message<close_block> = "a line of the block, or `}`";
template <>
inline constexpr const char* message<option_name> = "the option's name";
template <>
inline constexpr const char* message<option_equals> = "`=` and a number, a text, `true` or `false`";
template <>
inline constexpr const char* message<option_value> = "a number, a text in quotes, `true` or `false`";
template <>
inline constexpr const char* message<data_name> = "a name for the data";
template <>
inline constexpr const char* message<data_equals> = "`,` or `=` and a source";
template <>
inline constexpr const char* message<source> = "a source, such as `digits(range = [-1, 1])`";
template <>
inline constexpr const char* message<latent_name> = "a name for the latent";
template <>
inline constexpr const char* message<latent_tilde> = "`~` and a distribution";
template <>
inline constexpr const char* message<label_size> = "the number of classes";
template <>
inline constexpr const char* message<close_label> = "`)`";
template <>
inline constexpr const char* message<next_size> = "a size";
template <>
inline constexpr const char* message<annotation> = "a shape, such as `100` or `1 x 28 x 28`";
template <>
inline constexpr const char* message<open_parameters> = "`(` and the names of its inputs";
template <>
inline constexpr const char* message<close_parameters> = "`,` or `)`";
template <>
inline constexpr const char* message<net_parameter> = "the name of an input";
template <>
inline constexpr const char* message<layer_parameter> = "the name of an input or argument";
template <>
inline constexpr const char* message<layer_default> = "a default value";
template <>
inline constexpr const char* message<result> = "a shape, such as `100` or `1 x 28 x 28`";
template <>
inline constexpr const char* message<net_name> = "the net's name";
template <>
inline constexpr const char* message<from_text> = "a run's folder in quotes";
template <>
inline constexpr const char* message<layer_name> = "the layer's name";
template <>
inline constexpr const char* message<every> = "`every` and a period";
template <>
inline constexpr const char* message<period_unit> = "`epochs` or `steps`";
template <>
inline constexpr const char* message<period> = "`epoch`, `step`, or a number of them";
template <>
inline constexpr const char* message<shown_value> = "an expression";
template <>
inline constexpr const char* message<shown_equals> = "`=` and an expression";
template <>
inline constexpr const char* message<measure_name> = "a name for the measure";
template <>
inline constexpr const char* message<measure_on> = "an operator, or `on test` or `on train`";
template <>
inline constexpr const char* message<split> = "`test` or `train`";
template <>
inline constexpr const char* message<sample_name> = "a name for the sample";
template <>
inline constexpr const char* message<sample_as> = "an operator, or `as` and a sink";
template <>
inline constexpr const char* message<sink> = "a sink, such as `grid(8, 8)`, `text`, `csv` or `npy`";
template <>
inline constexpr const char* message<any_statement> =
    "a statement: `option`, `data`, `latent`, `net`, `layer`, `train`, `measure` or `sample`";
template <>
inline constexpr const char* message<end_of_statement> = "the end of the line";

struct messages {
    template <typename Rule>
    static constexpr auto message = grammar::message<Rule>;
    // A message speaks where `must` asks for its rule, never where the same rule is merely tried.
    template <typename>
    static constexpr bool raise_on_failure = false;
};

template <typename Rule>
using control = must_if<messages>::control<Rule>;

/// What the tree is made from.
template <typename Rule>
using selector = parse_tree::selector<
    Rule,
    parse_tree::store_content::on<
        name, number, text, boolean, named_argument, arguments, reference, group, list_of, colon, index_of,
        minus_sign, product_operator, sum_operator, comparison_operator, repeat_line, return_line,
        update_line, objective_line, word_minimize, word_maximize, average_line, draw_line, binding_line,
        binding_equals, expression_line, block, option_statement, data_statement, latent_statement,
        size_number, label, annotation, net_parameter, layer_parameter, result, net_from, net_statement,
        layer_statement, train_statement, unit, period, split, measure_statement, sample_statement>,
    parse_tree::fold_one::on<postfix, exponent, power, unary, product, sum, comparison, pipe>>;

}  // namespace gandsl::dsl::grammar

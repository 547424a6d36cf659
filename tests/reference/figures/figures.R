# Quantiles with Woodruff's interval, standardized shares, formulas of totals and poverty by domain, by R's survey.
# Reads the made-up survey of ../models. Run in this folder: Rscript figures.R
suppressMessages(library(survey))
d <- read.csv("../models/survey.csv")
d$old <- ifelse(d$age < 40, "1", "2")
rows <- list()
keep <- function(what, group, item, value) rows[[length(rows) + 1]] <<- data.frame(what, group, item, value = as.numeric(value))
s <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, data = d, nest = TRUE)
for (g in c("all", "a", "b", "c")) {
  domain <- if (g == "all") s else subset(s, group == g)
  for (p in c(.25, .5, .9)) {
    q <- svyquantile(~income, domain, p, ci = TRUE, qrule = "hf2", interval.type = "mean", df = degf(domain))$income
    for (item in c("quantile", "ci.2.5", "ci.97.5", "se")) keep(paste0("quantile_", p), g, item, q[1, item])
  }
  m <- svymean(~I(income < 300), domain)
  keep("headcount", g, "estimate", coef(m)[2]); keep("headcount", g, "se", SE(m)[2])
  m <- svymean(~I(pmax(1 - income / 300, 0)), domain)
  keep("gap", g, "estimate", coef(m)); keep("gap", g, "se", SE(m))
  d$inside <- if (g == "all") 1 else as.numeric(d$group == g)
  all_rows <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, data = d, nest = TRUE)
  totals <- svytotal(~I(hit * inside) + I(count * inside) + I(income * inside), all_rows)
  names(totals) <- c("h", "k", "y"); dimnames(attr(totals, "var")) <- list(names(totals), names(totals))
  f <- svycontrast(totals, quote(sqrt(h) * k / (y + 3 * h) - log(k)))
  keep("function", g, "estimate", coef(f)); keep("function", g, "se", SE(f))
}
for (g in c("a", "b", "c")) {
  # victims per 1,000 of a known number
  r <- svycontrast(svytotal(~I(hit * (group == g)), s), 1000 / 2500)
  keep("rate", g, "estimate", coef(r)); keep("rate", g, "se", SE(r))
}
standard <- svystandardize(s, by = ~old, over = ~group, population = c(.7, .3))
m <- svyby(~hit, ~group, standard, svymean)
for (g in c("a", "b", "c")) {
  keep("standardized", g, "estimate", coef(m)[g]); keep("standardized", g, "se", SE(m)[m$group == g])
}
d$is_b <- as.numeric(d$group == "b"); d$is_c <- as.numeric(d$group == "c"); d$one <- 1
s <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, data = d, nest = TRUE)
totals <- svytotal(~I(income * is_b) + is_b + I(income * is_c) + is_c + income + one, s)
names(totals) <- c("yb", "nb", "yc", "nc", "y", "n"); dimnames(attr(totals, "var")) <- list(names(totals), names(totals))
gap <- svycontrast(totals, quote(yb / nb - yc / nc))
keep("difference", "b-c", "estimate", coef(gap)); keep("difference", "b-c", "se", SE(gap))
log_ratio <- svycontrast(totals, quote(log(yb / nb) - log(yc / nc)))
keep("log_ratio", "b-c", "estimate", coef(log_ratio)); keep("log_ratio", "b-c", "se", SE(log_ratio))
against <- svycontrast(totals, quote(yb / nb - y / n))
keep("against_total", "b", "estimate", coef(against)); keep("against_total", "b", "se", SE(against))
rest <- svycontrast(totals, quote(yb / nb - (y - yb) / (n - nb)))
keep("against_rest", "b", "estimate", coef(rest)); keep("against_rest", "b", "se", SE(rest))
out <- do.call(rbind, rows)
out$value <- sprintf("%.15g", out$value)
writeLines(sprintf("# %s; survey %s", R.version.string, packageVersion("survey")), "expected.csv")
suppressWarnings(write.table(out, "expected.csv", append = TRUE, sep = ",", row.names = FALSE, quote = FALSE))

# Regression, independence tests, survival curves and inequality measures by R.
# Writes its own made-up survey and the expected values. Run in this folder: Rscript models.R
suppressMessages({library(survey); library(survival); library(laeken)})
set.seed(20160101)
n <- 480
d <- data.frame(stratum = rep(1:6, each = 80), psu = rep(1:48, each = 10))
d$weight <- round(runif(n, 1, 9) * (1 + d$stratum / 4), 3)
d$age <- round(runif(n, 15, 80))
d$group <- sample(c("a", "b", "c"), n, TRUE, c(.5, .3, .2))
effect <- rnorm(48, 0, .5)[d$psu]
d$hit <- rbinom(n, 1, plogis(-1.5 + .02 * d$age + .5 * (d$group == "b") + effect))
d$count <- rpois(n, exp(.2 + .01 * d$age + effect / 2))
d$income <- round(exp(6 + .3 * (d$group == "c") + effect + rnorm(n, 0, .8)), 1)
d$time <- round(rexp(n, .1 * exp(.3 * effect)), 5)
d$event <- rbinom(n, 1, .7)
write.csv(d, "survey.csv", row.names = FALSE)

rows <- list()
keep <- function(what, item, value) rows[[length(rows) + 1]] <<- data.frame(what, item, value = as.numeric(value))
s <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, data = d, nest = TRUE)
exact <- list(epsilon = 1e-14, maxit = 100)
for (family in c("linear", "logistic", "poisson")) {
  y <- c(linear = "income", logistic = "hit", poisson = "count")[[family]]
  m <- svyglm(as.formula(paste(y, "~ age + I(group=='b') + I(group=='c')")), s, control = exact,
              family = switch(family, linear = gaussian(), logistic = quasibinomial(), poisson = quasipoisson()))
  for (i in 1:4) { keep(family, paste0("coefficient", i), coef(m)[i]); keep(family, paste0("se", i), SE(m)[i]) }
  keep(family, "df", m$df.residual)
}
m <- svyglm(hit ~ age + I(group == "b"), subset(s, age < 60), family = quasibinomial(), control = exact)
for (i in 1:3) { keep("logistic_domain", paste0("coefficient", i), coef(m)[i]); keep("logistic_domain", paste0("se", i), SE(m)[i]) }
q <- svychisq(~group + hit, s)
keep("rao_scott", "f", q$statistic); keep("rao_scott", "numerator_df", q$parameter[1])
keep("rao_scott", "denominator_df", q$parameter[2]); keep("rao_scott", "p_value", q$p.value)
plain <- svykm(Surv(time, event) ~ 1, s)
with_se <- svykm(Surv(time, event) ~ 1, s, se = TRUE)
for (at in c(1, 3, 5, 10)) {
  last <- function(k) max(which(k$time <= at))
  keep("survival", paste0("product_limit_", at), plain$surv[last(plain)])
  keep("survival", paste0("exponential_", at), with_se$surv[last(with_se)])
  keep("survival", paste0("exponential_se_log_", at), sqrt(with_se$varlog[last(with_se)]))
}
keep("inequality", "gini", gini(d$income, d$weight)$value / 100)
keep("inequality", "quintile_share_ratio", qsr(d$income, d$weight)$value)
keep("inequality", "at_risk_of_poverty", arpr(d$income, d$weight)$value / 100)
for (p in c(.1, .25, .5, .9)) keep("quantile", paste0("p", p), weightedQuantile(d$income, d$weight, p))
out <- do.call(rbind, rows)
out$value <- sprintf("%.15g", out$value)
writeLines(sprintf("# %s; survey %s; laeken %s", R.version.string, packageVersion("survey"), packageVersion("laeken")), "expected.csv")
suppressWarnings(write.table(out, "expected.csv", append = TRUE, sep = ",", row.names = FALSE, quote = FALSE))

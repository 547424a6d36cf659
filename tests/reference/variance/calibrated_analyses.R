# Quantiles, differences of domains, regressions and tests of independence after calibration and at two stages.
# Run from this folder: Rscript calibrated_analyses.R
suppressMessages(library(survey))
out <- list()
keep <- function(case, quantity, item, value) out[[length(out) + 1]] <<- data.frame(case, quantity, item, value = as.numeric(value))
data(api)
types <- c(`(Intercept)` = 6194, stypeH = 755, stypeM = 1018, api99 = 3914069)
d1 <- svydesign(id = ~dnum, weights = ~pw, data = apiclus1, fpc = ~fpc)
d2 <- svydesign(id = ~dnum + snum, fpc = ~fpc1 + fpc2, data = apiclus2)
ds <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = apistrat, fpc = ~fpc)
cases <- list(
  d1 = d1,
  d1.raking = calibrate(d1, ~stype + api99, types, calfun = "raking", epsilon = 1e-13),
  d2 = d2,
  d2.linear = calibrate(d2, ~stype, types[1:3], epsilon = 1e-13),
  ds.linear = calibrate(ds, ~sch.wide, c(`(Intercept)` = 6194, sch.wideYes = 5122), epsilon = 1e-13)
)
exact <- list(epsilon = 1e-14, maxit = 100)
for (case in names(cases)) {
  d <- cases[[case]]
  q <- svyquantile(~api00, d, c(.25, .5, .9), interval.type = "mean", qrule = "math")$api00
  for (i in 1:3) for (j in c("quantile", "ci.2.5", "ci.97.5")) keep(case, paste0("quantile", i), j, q[i, j])
  t <- svytotal(~I(api00 * (stype == "E")) + I((stype == "E") * 1) + I(api00 * (stype == "H")) + I((stype == "H") * 1) +
                  I(api.stu * (stype == "E")) + I(api.stu * (stype == "M")), d)
  names(t) <- c("ye", "ne", "yh", "nh", "se", "sm"); dimnames(attr(t, "var")) <- list(names(t), names(t))
  pair <- function(name, s) { keep(case, name, "estimate", coef(s)); keep(case, name, "se", SE(s)) }
  pair("difference", svycontrast(t, quote(ye / ne - yh / nh)))
  pair("ratio", svycontrast(t, quote((ye / ne) / (yh / nh))))
  pair("totals", svycontrast(t, quote(se - sm)))
  for (family in c("linear", "logistic", "poisson")) {
    y <- c(linear = "api00", logistic = "I(sch.wide == 'Yes')", poisson = "pmax(api00 - 600, 0)")[[family]]
    m <- svyglm(as.formula(paste(y, "~ ell + meals")), d, control = exact, family = switch(
      family, linear = gaussian(), logistic = quasibinomial(), poisson = quasipoisson()))
    for (i in 1:3) { keep(case, family, paste0("coefficient", i), coef(m)[i]); keep(case, family, paste0("se", i), SE(m)[i]) }
    keep(case, family, "df", m$df.residual)
  }
  if (case != "ds.linear") {
    chi <- svychisq(~sch.wide + stype, d)
    keep(case, "rao_scott", "f", chi$statistic); keep(case, "rao_scott", "numerator_df", chi$parameter[1])
    keep(case, "rao_scott", "denominator_df", chi$parameter[2]); keep(case, "rao_scott", "p_value", chi$p.value)
  }
}
result <- do.call(rbind, out)
result$value <- sprintf("%.17g", result$value)
con <- file("calibrated_analyses.expected.csv", "w")
writeLines(sprintf("# %s, survey %s, script calibrated_analyses.R", R.version.string, packageVersion("survey")), con)
write.csv(result, con, row.names = FALSE, quote = FALSE)
close(con)

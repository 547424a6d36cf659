# Intervals of proportions by R's survey package, on the data sets that come with it.
# Run from anywhere: Rscript svyciprop.R > svyciprop.expected.csv
# Each row carries the estimate, its standard error, nrow(design) and the degrees of freedom, so that the test
# needs no microdata.
suppressMessages(library(survey))
data(api); data(yrbs); data(hospital); data(fpc)

d1 <- svydesign(id = ~dnum, weights = ~pw, data = apiclus1, fpc = ~fpc)
ds <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = apistrat, fpc = ~fpc)
d2 <- svydesign(id = ~dnum + snum, fpc = ~fpc1 + fpc2, data = apiclus2)
yr <- svydesign(id = ~psu, weights = ~weight, strata = ~stratum, data = yrbs, nest = TRUE)

cases <- list(
  list("apiclus1_elementary", d1, quote(~I(stype == "E"))),
  list("apiclus1_high", d1, quote(~I(stype == "H"))),
  list("apiclus1_middle", d1, quote(~I(stype == "M"))),
  list("apiclus1_rare", d1, quote(~I(api00 > 900))),
  list("apiclus1_small_domain", subset(d1, stype == "H"), quote(~I(sch.wide == "Yes"))),
  list("apistrat_school_wide", ds, quote(~I(sch.wide == "Yes"))),
  list("apistrat_rare", ds, quote(~I(api00 > 880))),
  list("apistrat_zero", ds, quote(~I(api00 > 2000))),
  list("apiclus2_awards", d2, quote(~I(awards == "Yes"))),
  list("apiclus2_both", d2, quote(~I(both == "No"))),
  list("yrbs_2015_seatbelt", yr, quote(~I(qn8 == 1)))
)

cat(sprintf("# %s, survey %s\n", R.version.string, as.character(packageVersion("survey"))))
cat("case,method,level,p,se,n,df,low,high\n")
for (case in cases) {
  design <- case[[2]]
  formula <- eval(case[[3]])
  for (level in c(0.90, 0.95, 0.99)) {
    for (method in c("xlogit", "logit", "asin", "beta", "mean", "likelihood")) {
      # The profile of a cell of 0 or 100 % has no end.
      if (method == "likelihood" && case[[1]] == "apistrat_zero") next
      # The two methods through svyglm drop missing values by themselves and refuse na.rm.
      result <- if (method %in% c("logit", "likelihood")) {
        svyciprop(formula, design, method = method, level = level)
      } else {
        svyciprop(formula, design, method = method, level = level, na.rm = TRUE)
      }
      limits <- attr(result, "ci")
      cat(sprintf("%s,%s,%.2f,%.17g,%.17g,%d,%d,%.17g,%.17g\n", case[[1]], method, level, coef(result),
                  sqrt(attr(result, "var")), nrow(design), degf(design), limits[1], limits[2]))
    }
  }
}

# Example surveys of R's survey package that no other script reads: their designs, estimates, errors and limits.
# Run from this folder: Rscript fixtures.R
suppressMessages(library(survey))
out <- list()
keep <- function(case, quantity, domain, s, df, low = NA, high = NA) out[[length(out) + 1]] <<- data.frame(
  case, quantity, domain, estimate = as.numeric(coef(s))[1], se = as.numeric(SE(s))[1], low, high, df)
mean_of <- function(case, quantity, domain, s, d) {
  ci <- confint(s, df = degf(d)); keep(case, quantity, domain, s, degf(d), ci[1, 1], ci[1, 2])
}
data(fpc)
with_fpc <- svydesign(id = ~psuid, strata = ~stratid, weights = ~weight, data = fpc, nest = TRUE, fpc = ~Nh)
replaced <- svydesign(id = ~psuid, strata = ~stratid, weights = ~weight, data = fpc, nest = TRUE)
for (name in c("fpc", "replaced")) {
  d <- if (name == "fpc") with_fpc else replaced
  mean_of(name, "mean.x", "_T", svymean(~x, d), d); keep(name, "total.x", "_T", svytotal(~x, d), degf(d))
}
data(scd)
d <- svydesign(data = scd, prob = ~1, id = ~ambulance, strata = ~ESA, nest = TRUE)
keep("scd", "ratio.alive.arrests", "_T", svyratio(~alive, ~arrests, d), degf(d))
keep("scd", "total.alive", "_T", svytotal(~alive, d), degf(d))
data(mu284)
d <- svydesign(id = ~id1 + id2, fpc = ~n1 + n2, data = mu284)
keep("mu284", "total.y1", "_T", svytotal(~y1, d), degf(d)); mean_of("mu284", "mean.y1", "_T", svymean(~y1, d), d)
data(hospital)
d <- svydesign(id = ~hospno, strata = ~oblevel, weights = ~weighta, fpc = ~tothosp, data = hospital)
keep("hospital", "total.births", "_T", svytotal(~births, d), degf(d))
mean_of("hospital", "mean.births", "_T", svymean(~births, d), d)
data(nhanes)
d <- svydesign(id = ~SDMVPSU, strata = ~SDMVSTRA, weights = ~WTMEC2YR, nest = TRUE, data = nhanes)
known <- subset(d, !is.na(HI_CHOL))
for (sex in c("_T", 1, 2)) {
  s <- if (sex == "_T") known else subset(known, RIAGENDR == as.numeric(sex))
  p <- svyciprop(~HI_CHOL, s, method = "beta", df = degf(s)); ci <- attr(p, "ci")
  keep("nhanes", "proportion.HI_CHOL", sex, svymean(~HI_CHOL, s), degf(s), ci[1], ci[2])
}
result <- do.call(rbind, out)
for (column in c("estimate", "se", "low", "high"))
  result[[column]] <- ifelse(is.na(result[[column]]), "", sprintf("%.17g", result[[column]]))
con <- file("fixtures.expected.csv", "w")
writeLines(sprintf("# %s, survey %s, script fixtures.R", R.version.string, packageVersion("survey")), con)
write.csv(result, con, row.names = FALSE, quote = FALSE, na = "")
close(con)

# Quantiles with Woodruff's interval. Run from this folder: Rscript quantiles.R
# Makes quantiles.csv (invented) and reads the California schools of the survey package.
suppressMessages(library(survey))
RNGversion("3.6.0"); set.seed(701)
n <- 240
people <- data.frame(stratum = rep(1:6, each = 40), psu = rep(1:30, each = 8))
people$weight <- round(runif(n, 5, 40), 3)
people$area <- sample(c("a", "b", "c"), n, TRUE)
people$income <- round(exp(rnorm(n, 6, 0.8) + 0.2 * (people$psu %% 3)), 0)
people$frame <- 25 + people$stratum
people$income[sample(n, 9)] <- NA
write.csv(people, "quantiles.csv", row.names = FALSE, na = "", quote = FALSE)
out <- list()
keep <- function(data, rule, interval, domain, p, q) {
  m <- q[[1]]
  out[[length(out) + 1]] <<- data.frame(data, rule, interval, domain, p, estimate = m[, 1], low = m[, 2], high = m[, 3], se = m[, 4])
}
data(api)
ds <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = apistrat, fpc = ~fpc)
d2 <- svydesign(id = ~dnum + snum, fpc = ~fpc1 + fpc2, data = apiclus2)
dp <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, fpc = ~frame, data = people)
p <- c(.1, .25, .5, .75, .9)
for (rule in c("math", "hf2", "hf7")) {
  keep("apistrat", rule, "mean", "_T", p, svyquantile(~api00, ds, p, qrule = rule, df = degf(ds)))
  keep("apiclus2", rule, "mean", "_T", p, svyquantile(~api00, d2, p, qrule = rule, df = degf(d2)))
  for (a in c("a", "b", "c")) {
    s <- subset(dp, area == a & !is.na(income))
    keep("people", rule, "mean", a, p, svyquantile(~income, s, p, qrule = rule, df = degf(s)))
    keep("people", rule, "xlogit", a, p, svyquantile(~income, s, p, qrule = rule, interval.type = "xlogit", df = degf(s)))
  }
}
result <- do.call(rbind, out)
for (column in c("estimate", "low", "high", "se"))
  result[[column]] <- ifelse(is.na(result[[column]]), "", sprintf("%.17g", result[[column]]))
con <- file("quantiles.expected.csv", "w")
writeLines(sprintf("# %s, survey %s, script quantiles.R, seed 701", R.version.string, packageVersion("survey")), con)
write.csv(result, con, row.names = FALSE, quote = FALSE)
close(con)

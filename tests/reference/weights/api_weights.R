# Calibration of the California schools of R's survey package: values only, the data stay with the package.
# Run from this folder: Rscript api_weights.R
suppressMessages(library(survey))
data(api)
out <- list()
keep <- function(case, design, base) {
  w <- weights(design)
  g <- w / base
  m <- svymean(~api00, design); t <- svytotal(~enroll, design)
  out[[length(out) + 1]] <<- data.frame(
    case, quantity = c("g.min", "g.max", "w.sumsq", "mean.api00", "total.enroll", paste0("w.", 1:length(w))),
    value = c(min(g), max(g), sum(w^2), coef(m)[[1]], coef(t)[[1]], w))
}
d1 <- svydesign(id = ~dnum, weights = ~pw, data = apiclus1, fpc = ~fpc)
ds <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = apistrat, fpc = ~fpc)
base <- weights(d1)
types <- c(`(Intercept)` = 6194, stypeH = 755, stypeM = 1018)
both <- c(types, api99 = 3914069)
tight <- function(...) calibrate(d1, ~stype + api99, both, ..., epsilon = 1e-12, maxit = 500)
keep("linear_stype", calibrate(d1, ~stype, types), base)
keep("linear", calibrate(d1, ~stype + api99, both), base)
keep("raking", tight(calfun = "raking"), base)
keep("logit", tight(calfun = "logit", bounds = c(0.7, 1.7)), base)
keep("truncated", tight(calfun = "linear", bounds = c(0.6, 1.7)), base)
# two margins, raked and poststratified; strata make the weights unequal
sw <- data.frame(sch.wide = c("No", "Yes"), Freq = c(1072, 5122))
st <- data.frame(stype = c("E", "H", "M"), Freq = c(4421, 755, 1018))
keep("rake_two", rake(d1, list(~stype, ~sch.wide), list(st, sw), control = list(maxit = 500, epsilon = 1e-9)), base)
keep("poststratify", postStratify(ds, ~sch.wide, sw), weights(ds))
keep("raking_two_strata", calibrate(ds, ~stype + sch.wide, c(types, sch.wideYes = 5122), calfun = "raking",
                                    epsilon = 1e-12, maxit = 500), weights(ds))
# trimming: the limit is on the weight itself, the totals stay; linear distance from the calibrated weights
w0 <- weights(calibrate(d1, ~stype + api99, both))
apiclus1$w0 <- w0
dc <- svydesign(id = ~dnum, weights = ~w0, data = apiclus1)
keep("trimmed_58", calibrate(dc, ~stype + api99, both, bounds = list(lower = 0, upper = 58 / w0), epsilon = 1e-12,
                             maxit = 500), w0)
con <- file("api_weights.expected.csv", "w")
writeLines(sprintf("# %s, survey %s, script api_weights.R", R.version.string, packageVersion("survey")), con)
result <- do.call(rbind, out)
result$value <- sprintf("%.17g", result$value)
write.csv(result, con, row.names = FALSE, quote = FALSE)
close(con)
